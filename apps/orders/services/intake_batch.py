"""Taking in a whole spreadsheet of orders: set-based, every row answered (ORD-1)."""

import hashlib
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import IO

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.services import reserve_rows
from apps.core.errors import BadInput, RuleBroken
from apps.core.sheets import read_rows
from apps.core.storage import all_or_nothing
from apps.customers.models import Customer
from apps.customers.queries import contracts_in_force, order_defaults
from apps.events.services import NewEvent, record, record_many
from apps.orders.columns import COLUMNS
from apps.orders.enums import Channel, IntakeOutcome, OrderStatus
from apps.orders.inputs import Arrival
from apps.orders.models import IntakeFile, IntakeRow, WorkOrder
from apps.orders.queries import first_order_of, goods_book
from apps.orders.services import clocks
from apps.orders.services.entry import build_order, lock_customer, owner_of
from apps.orders.services.intake import MOST_ROWS, RowReading, read_row

BATCH = 1_000


def take_in_orders(
    *, customer: Customer, file: IO[bytes], filename: str, by: User, at: datetime
) -> IntakeFile:
    """Take a spreadsheet in. Good rows become orders, refused ones keep their reason, rows whose
    reference is known are not taken twice; the original is kept.

    Raises BadInput for a file that cannot be read and RuleBroken (``file_known``) for one that
    was taken in before, whatever it was called then.
    """
    filename = "".join(c for c in filename if c.isprintable())[-160:] or "orders.xlsx"
    content = file.read(settings.UPLOAD_MAX_BYTES + 1)
    sheet = read_rows(
        io.BytesIO(content),
        filename=filename,
        columns=COLUMNS,
        max_rows=MOST_ROWS,
        max_bytes=settings.UPLOAD_MAX_BYTES,
    )
    if not sheet.rows:
        raise BadInput(_("The file has headings but no orders."), code="file_empty", field="file")
    book = goods_book(timezone.localdate(at))
    defaults = order_defaults(customer)
    readings = [read_row(row, defaults, book) for row in sheet.rows]
    with all_or_nothing(), transaction.atomic():
        intake = _open(customer, content, filename, by=by, at=at)
        _store(intake, customer, readings, by=by, at=at)
    return intake


def _open(
    customer: Customer, content: bytes, filename: str, *, by: User, at: datetime
) -> IntakeFile:
    intake = IntakeFile(
        customer=customer,
        filename=filename,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        received_on=timezone.localdate(at),
        created_by=by,
    )
    known = IntakeFile.objects.filter(customer=customer, sha256=intake.sha256).first()
    if known is None:
        try:
            with transaction.atomic():
                intake.file = "pending"  # the row claims the fingerprint before the file is stored
                intake.save()
        except IntegrityError:
            known = IntakeFile.objects.get(customer=customer, sha256=intake.sha256)
    if known is not None:
        raise RuleBroken(
            _("This very file was taken in already as “%(name)s”; nothing was entered twice.")
            % {"name": known.filename},
            code="file_known",
            field="file",
            rule="ORD-1",
            intake=known.pk,
        )
    intake.file.save(filename, ContentFile(content), save=True)
    return intake


def _store(
    intake: IntakeFile,
    customer: Customer,
    readings: Sequence[RowReading],
    *,
    by: User,
    at: datetime,
) -> None:
    lock_customer(customer)
    known = _known_references(customer, readings)
    fresh = [reading for reading in _first_of_each(readings) if reading.reference not in known]
    taken = {reading.row for reading in fresh}
    orders = _enter(intake, customer, fresh, by=by, at=at)
    by_reference = known | {
        o.customer_reference: o for o in orders.values() if o.customer_reference
    }
    rows = [_row(intake, r, orders.get(r.row), by_reference, taken) for r in readings]
    IntakeRow.objects.bulk_create(rows, batch_size=BATCH)
    outcomes = [row.outcome for row in rows]
    intake.rows_total = len(rows)
    intake.rows_created = outcomes.count(IntakeOutcome.CREATED)
    intake.rows_repeated = outcomes.count(IntakeOutcome.REPEATED)
    intake.rows_refused = outcomes.count(IntakeOutcome.REFUSED)
    intake.save()
    data = {
        "rows": intake.rows_total,
        "created": intake.rows_created,
        "repeated": intake.rows_repeated,
        "refused": intake.rows_refused,
    }
    record("intake.taken_in", intake, by=by, at=at, data=data)


def _known_references(customer: Customer, readings: Sequence[RowReading]) -> dict[str, WorkOrder]:
    references = {r.reference for r in readings if r.content is not None and r.reference}
    live = customer.work_orders.exclude(status=OrderStatus.CANCELLED)
    found = live.filter(customer_reference__in=references)
    return {order.customer_reference: order for order in found}


def _first_of_each(readings: Sequence[RowReading]) -> Iterator[RowReading]:
    """Good rows; of those with one reference only the first."""
    seen: set[str] = set()
    for reading in readings:
        if reading.content is None or (reading.reference and reading.reference in seen):
            continue
        seen.add(reading.reference)
        yield reading


def _enter(
    intake: IntakeFile,
    customer: Customer,
    readings: Sequence[RowReading],
    *,
    by: User,
    at: datetime,
) -> dict[int, WorkOrder]:
    """The new orders by row."""
    if not readings:
        return {}
    owner = owner_of(customer, at) or by
    first = first_order_of(customer)
    arrival = Arrival(channel=Channel.SPREADSHEET, received_at=at)
    orders = [
        build_order(
            customer=customer,
            content=reading.content,
            arrival=arrival,
            owner=owner,
            by=by,
            first_order=first,
            intake=intake,
        )
        for reading in readings
        if reading.content is not None
    ]
    reserved = reserve_rows(WorkOrder, WorkOrder.PREFIX, timezone.localdate(at), len(orders))
    for order, (pk, number) in zip(orders, reserved, strict=True):
        order.pk, order.number = pk, number
    clocks.start(orders, contracts_in_force([customer.pk], at), by=by, at=at)
    WorkOrder.objects.bulk_create(orders, batch_size=BATCH)
    record_many(
        NewEvent(
            "workorder.received",
            WorkOrder._meta.label_lower,
            str(order.pk),
            by.pk,
            at,
            {"number": order.number, "channel": order.channel, "customer": customer.pk},
        )
        for order in orders
    )
    return {reading.row: order for reading, order in zip(readings, orders, strict=True)}


def _row(
    intake: IntakeFile,
    reading: RowReading,
    order: WorkOrder | None,
    by_reference: dict[str, WorkOrder],
    taken: set[int],
) -> IntakeRow:
    row = IntakeRow(intake=intake, row=reading.row, reference=reading.reference)
    if reading.content is None:
        row.outcome, row.code, row.message = IntakeOutcome.REFUSED, reading.code, reading.message
    elif reading.row in taken:
        row.outcome, row.work_order = IntakeOutcome.CREATED, order
        if order is not None and order.status == OrderStatus.DRAFT:
            row.code, row.message = "draft", _("Taken in as a draft: something is still missing.")
    else:
        row.outcome, row.code = IntakeOutcome.REPEATED, "reference_known"
        row.work_order = by_reference.get(reading.reference)
        row.message = _("Already entered as %(number)s.") % {"number": row.work_order or ""}
    return row
