"""What tracking says moves the order on and ticks its steps off (TRK-3)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from apps.accounts.models import User
from apps.events.services import record
from apps.orders.enums import OrderStatus
from apps.orders.models import WorkOrder, WorkOrderWaybill
from apps.orders.services.entry import lock_order, move
from apps.orders.services.tasks import open_status_tasks, tick_tasks
from apps.tracking.enums import Status
from apps.tracking.models import Waybill

# Reaching one of these means that all before it were reached too.
MILESTONES: Sequence[str] = (
    Status.PICKED_UP,
    Status.IN_TRANSIT,
    Status.ARRIVED_DEST_CITY,
    Status.OUT_FOR_DELIVERY,
    Status.DELIVERED,
)
# Statuses that are not milestones themselves but prove one.
PROVES = {
    Status.HANDED_TO_OTHER_CARRIER: Status.IN_TRANSIT,
    Status.READY_FOR_PICKUP: Status.OUT_FOR_DELIVERY,
    Status.ATTEMPT_FAILED: Status.OUT_FOR_DELIVERY,
    Status.REFUSED: Status.OUT_FOR_DELIVERY,
}
ENDINGS = frozenset({Status.DELIVERED, Status.RETURNED, Status.EXPIRED})


class Seen(NamedTuple):
    """Something happened to a waybill."""

    waybill_id: int
    by: User
    at: datetime


@transaction.atomic
def follow_waybills(seen: Sequence[Seen]) -> int:
    """``follow_waybill`` once for each order among them; how many orders that were.

    Orders are locked in the order of their numbers, so that two callers never wait for each other.
    """
    of_waybill = dict(
        WorkOrderWaybill.objects.filter(waybill__in={one.waybill_id for one in seen}).values_list(
            "waybill_id", "work_order_id"
        )
    )
    first: dict[int, Seen] = {}
    for one in seen:
        if one.waybill_id in of_waybill:
            first.setdefault(of_waybill[one.waybill_id], one)
    for _order, one in sorted(first.items()):
        follow_waybill(waybill_id=one.waybill_id, by=one.by, at=one.at)
    return len(first)


@transaction.atomic
def follow_waybill(*, waybill_id: int, by: User, at: datetime) -> WorkOrder | None:
    """Bring the waybill's order in line with where its shipments stand now; None without one.

    Reads the present status instead of trusting the event, so that events may come late, twice
    or in any order. An order with several waybills moves when the last of them has.
    """
    link = WorkOrderWaybill.objects.filter(waybill=waybill_id).first()
    if link is None:
        return None
    order = lock_order(link.work_order_id)
    waybills = list(order.waybills.order_by("pk"))
    live = [w for w in waybills if w.status != Status.CANCELLED]
    if not live:
        return order
    reached = min(_reached(waybill) for waybill in live)
    _tick_steps(order, reached, by=by, at=at)
    waybill = live[0] if len(live) == 1 else None
    for status in MILESTONES[:reached]:
        open_status_tasks(order, waybill, status, by=by, at=at)
    if max(_reached(waybill) for waybill in live) and order.status == OrderStatus.CONFIRMED:
        move(order, OrderStatus.IN_PROGRESS)
        order.started_at, order.started_by = at, by
        order.save(update_fields=["status", "started_at", "started_by"])
        record("workorder.started", order, by=by, at=at)
    if order.status == OrderStatus.IN_PROGRESS and all(w.status in ENDINGS for w in live):
        move(order, OrderStatus.COMPLETED)
        order.completed_at, order.completed_by = at, by
        order.save(update_fields=["status", "completed_at", "completed_by"])
        record("workorder.completed", order, by=by, at=at)
    return order


def _reached(waybill: Waybill) -> int:
    """How many milestones the shipment has passed."""
    status = PROVES.get(Status(waybill.status), waybill.status)
    if status in MILESTONES:
        return MILESTONES.index(status) + 1
    return 1 if waybill.picked_up_at is not None else 0


def _tick_steps(order: WorkOrder, reached: int, *, by: User, at: datetime) -> None:
    passed = MILESTONES[:reached]
    tasks = order.tasks.select_related("template").filter(template__done_by_status__in=passed)
    for status in passed:
        due = [task for task in tasks if task.template.done_by_status == status]
        tick_tasks(due, outcome=f"status:{status}", by=by, at=at)
