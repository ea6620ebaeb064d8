"""Freight that was paid at the door settles the statement that carries it, so that nobody is asked for it
again (COD-7, BIL-5).

The statement is locked first, as a freeze does: whichever of the two comes second settles it.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.enums import AllocationKind, StatementState
from apps.billing.models import Allocation, Charge, DoorPayment, Statement
from apps.billing.queries.owing import owed_on
from apps.billing.services import clocks
from apps.billing.services.voiding import void_changed
from apps.core.database import in_callers_transaction
from apps.core.errors import RuleBroken
from apps.events.services import new_event, record_many

ZERO = Decimal("0.00")


@in_callers_transaction()
def note_door_payment(
    *, source: str, waybill: str, amount: Decimal, day: date, by: User, at: datetime
) -> list[DoorPayment]:
    """``amount`` of what this shipment is charged was paid at the door on ``day``; once by ``source``.
    Statements that are frozen are settled at once, the others when they are. The caller posts the money
    against what the payer of these statements owes. RuleBroken ``not_charged`` where less is charged."""
    there = list(DoorPayment.objects.filter(source=source))
    if there:
        return there
    statements = {row.pk: row for row in lock_carriers([waybill])}
    sums = Charge.objects.filter(waybill=waybill).values_list("statement").annotate(Sum("gross"))
    parts, rest = [], amount
    for statement_id, gross in sums.order_by("statement"):
        part = min(rest, gross)
        if part > 0:
            parts.append((statement_id, part))
            rest -= part
    if rest > 0:
        raise RuleBroken(
            _("Less is charged for %(waybill)s.") % {"waybill": waybill}, code="not_charged"
        )
    rows = DoorPayment.objects.bulk_create(
        DoorPayment(
            source=source, statement_id=pk, waybill=waybill, amount=part, day=day, at=at, by=by
        )
        for pk, part in parts
    )
    closed = [pk for pk, _part in parts if statements[pk].state != StatementState.OPEN]
    _settle(closed, day=timezone.localdate(at), by=by, at=at)
    return rows


@in_callers_transaction()
def lock_carriers(waybills: Collection[str]) -> list[Statement]:
    """The statements that carry charges of these shipments, in the order in which a freeze locks them; whoever
    notes several payments asks for all of them first. Charges are written beside it."""
    held = Statement.objects.select_for_update(of=("self",), no_key=True)
    carrying = Charge.objects.filter(waybill__in=waybills).values("statement")
    return list(held.filter(pk__in=carrying).order_by("-issued_by_side", "pk"))


def settle_frozen(statement_ids: Collection[int], *, by: User, at: datetime) -> dict[int, Decimal]:
    """Within a freeze, whose statements are locked: what was paid at the door of their charges settles them,
    on the day it was paid. By statement, how much of it."""
    return _settle(statement_ids, day=None, by=by, at=at)


def _settle(
    statement_ids: Collection[int], *, day: date | None, by: User, at: datetime
) -> dict[int, Decimal]:
    waiting = DoorPayment.objects.filter(statement__in=statement_ids, allocations=None)
    found = list(waiting.order_by("statement_id", "pk"))
    if not found:
        return {}
    owed = {pk: one.owed for pk, one in owed_on({row.statement_id for row in found}).items()}
    new: list[Allocation] = []
    settled: dict[int, Decimal] = defaultdict(Decimal)
    for row in found:
        part = min(row.amount, owed[row.statement_id])
        if part <= 0:
            continue
        owed[row.statement_id] -= part
        settled[row.statement_id] += part
        new.append(
            Allocation(
                kind=AllocationKind.DOOR,
                door_payment=row,
                statement_id=row.statement_id,
                amount=part,
                day=day or row.day,
                reason=row.waybill,
                at=at,
                by=by,
            )
        )
    Allocation.objects.bulk_create(new)
    _tell(settled, owed, by=by, at=at)
    return settled


def _tell(settled: dict[int, Decimal], owed: dict[int, Decimal], *, by: User, at: datetime) -> None:
    """One event for each statement, however many shipments."""
    rows = Statement.objects.filter(pk__in=list(settled)).select_related("bill_to", "station")
    news = []
    for statement in rows.order_by("pk"):
        data = {
            "amount": str(settled[statement.pk]),
            "kind": str(AllocationKind.DOOR),
            "reason": "",
        }
        news.append(new_event("allocation.made", statement, by=by, at=at, data=data))
        void_changed(statement, by=by, at=at)
        if owed[statement.pk] == 0:
            clocks.paid(statement, by=by, at=at)
    record_many(news)


def first_carrier(waybill: str) -> Statement | None:
    """The statement that carries what was charged for a shipment first. None while nothing is charged."""
    charges = Charge.objects.filter(waybill=waybill).order_by("pk")
    first = charges.select_related("statement__bill_to", "statement__station").first()
    return first.statement if first else None
