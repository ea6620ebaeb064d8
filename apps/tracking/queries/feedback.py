"""The feedback sheet 信息反馈表 of one customer and period (TRK-4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from apps.core.times import day_start
from apps.tracking.enums import Satisfaction, Status
from apps.tracking.models import FeedbackSheet, Waybill
from apps.tracking.queries.standards import MEASURED_PROMISE
from apps.tracking.references import work_orders_of

if TYPE_CHECKING:
    from apps.accounts.models import User

PAGE = 100
CHUNK = 2_000
LATE, ON_TIME, RUNNING = "late", "on_time", "running"


@dataclass(frozen=True, slots=True)
class SheetFilter:
    """Both days count; they are local days of acceptance."""

    customer_id: int
    first_day: date
    last_day: date
    timeliness: str = ""  # LATE, ON_TIME, RUNNING or empty
    satisfaction: str = ""


@dataclass(frozen=True, slots=True)
class SheetRow:
    waybill_id: int
    accepted: datetime
    work_order: str
    reference: str
    number: str
    origin: str
    destination: str
    expected: datetime | None
    arrived: datetime | None
    status: Status
    on_time: bool | None  # None: nothing was promised, or it is on its way and not late yet
    satisfaction: Satisfaction | None
    comment: str


def rows_of(wanted: SheetFilter, *, user: "User") -> QuerySet[Waybill]:
    """The shipments of a sheet, newest first."""
    found = Waybill.objects.visible_to(user).filter(
        customer_id=wanted.customer_id,
        issued_at__gte=day_start(wanted.first_day),
        issued_at__lt=day_start(wanted.last_day, days=1),
    )
    now = timezone.now()
    found = found.alias(measured=MEASURED_PROMISE)
    late = Q(delivered_at__gt=F("measured")) | Q(delivered_at=None, measured__lt=now)
    if wanted.timeliness == LATE:
        found = found.filter(late)
    elif wanted.timeliness == ON_TIME:
        found = found.filter(delivered_at__lte=F("measured"))
    elif wanted.timeliness == RUNNING:
        found = found.filter(concluded_at=None)
    if wanted.satisfaction == "none":
        found = found.filter(feedback=None)
    elif wanted.satisfaction:
        found = found.filter(feedback__satisfaction=wanted.satisfaction)
    return found.select_related("feedback").order_by("-pk")


def count_rows(wanted: SheetFilter, *, user: "User") -> int:
    return rows_of(wanted, user=user).count()


def _names() -> list[str]:
    """Everything but the parties' encrypted names: nothing here needs them."""
    return [
        *("id", "issued_at", "number", "customer_reference", "origin_city", "destination_city"),
        *("promised_at", "measured_promise_at", "expected_at"),
        *("delivered_at", "concluded_at", "status"),
        *("feedback__satisfaction", "feedback__comment"),
    ]


def shape_rows(waybills: Sequence[Waybill]) -> list[SheetRow]:
    orders = work_orders_of([waybill.pk for waybill in waybills])
    now = timezone.now()
    return [_row(waybill, orders.get(waybill.pk, ""), now) for waybill in waybills]


def _row(waybill: Waybill, order: str, now: datetime) -> SheetRow:
    feedback = getattr(waybill, "feedback", None)
    return SheetRow(
        waybill_id=waybill.pk,
        accepted=waybill.issued_at,
        work_order=order,
        reference=waybill.customer_reference,
        number=waybill.number,
        origin=waybill.origin_city,
        destination=waybill.destination_city,
        expected=waybill.promised_at or waybill.expected_at,
        arrived=waybill.delivered_at,
        status=Status(waybill.status),
        on_time=on_time(waybill, now),
        satisfaction=Satisfaction(feedback.satisfaction) if feedback else None,
        comment=feedback.comment if feedback else "",
    )


def on_time(waybill: Waybill, now: datetime) -> bool | None:
    """Whether it came, or is to come, by the promise that counts; None while that is open."""
    promised = waybill.measured_promise_at or waybill.promised_at
    if promised is None:
        return None
    if waybill.delivered_at:
        return waybill.delivered_at <= promised
    return False if now > promised else None


def sheet_page(
    wanted: SheetFilter, *, user: "User", before: int | None = None
) -> tuple[list[SheetRow], int | None]:
    """One page and where the next begins; three queries however long the sheet is."""
    found = sheet_queryset(wanted, user=user)
    if before:
        found = found.filter(pk__lt=before)
    waybills = list(found[: PAGE + 1])
    following = waybills[PAGE - 1].pk if len(waybills) > PAGE else None
    return shape_rows(waybills[:PAGE]), following


def sheet_queryset(wanted: SheetFilter, *, user: "User") -> QuerySet[Waybill]:
    """All shipments of a sheet, newest first, for ``shape_rows`` in pieces."""
    return rows_of(wanted, user=user).only(*_names())


def sheet_rows(wanted: SheetFilter, *, user: "User") -> Iterator[SheetRow]:
    """All rows, a chunk in memory at a time."""
    waybills = sheet_queryset(wanted, user=user).iterator(chunk_size=CHUNK)
    while chunk := list(islice(waybills, CHUNK)):
        yield from shape_rows(chunk)


def sheets_sent(customer_id: int, limit: int = 20) -> QuerySet[FeedbackSheet]:
    return FeedbackSheet.objects.filter(customer_id=customer_id).select_related("sent_by")[:limit]
