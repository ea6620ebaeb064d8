"""What tracking says moves the order on and ticks its steps off (TRK-3)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from apps.accounts.models import User
from apps.core.database import in_callers_transaction, write_columns
from apps.events.services import NewEvent, record_many
from apps.orders.enums import OrderStatus
from apps.orders.models import FollowUpTask, WorkOrder, WorkOrderWaybill
from apps.orders.services.entry import lock_orders, move
from apps.orders.services.tasks import Reached, open_status_tasks, tick_each
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
# What a move writes of an order.
MOVED = ("status", "started_at", "started_by", "completed_at", "completed_by")
ENDINGS = frozenset({Status.DELIVERED, Status.RETURNED, Status.EXPIRED})


class WaybillMoved(NamedTuple):
    """Something happened to a waybill."""

    waybill_id: int
    by: User
    at: datetime


class OrderProgress(NamedTuple):
    """A locked order, how far its shipments are and when that was seen. ``waybill``: the one that is
    not cancelled."""

    order: WorkOrder
    live: Sequence[Waybill]
    reached: int  # milestones that all of them have passed
    at: datetime

    @property
    def waybill(self) -> Waybill | None:
        return self.live[0] if len(self.live) == 1 else None

    @property
    def passed(self) -> Sequence[str]:
        return MILESTONES[: self.reached]


@in_callers_transaction()
def follow_waybills(moves: Sequence[WaybillMoved]) -> int:
    """Bring the orders of these waybills in line with where their shipments stand now; how many
    orders that were. As many statements for a hundred as for one, where one person moved them.

    Reads the present status instead of trusting the event, so that news may come late, twice
    or in any order. An order with several waybills moves when the last of them has. Orders are
    locked in the order of their numbers, so that two callers never wait for each other.
    """
    of_waybill = dict(
        WorkOrderWaybill.objects.filter(waybill__in={one.waybill_id for one in moves}).values_list(
            "waybill_id", "work_order_id"
        )
    )
    first: dict[int, WaybillMoved] = {}
    for one in moves:
        if one.waybill_id in of_waybill:
            first.setdefault(of_waybill[one.waybill_id], one)
    by_hand: dict[int, list[OrderProgress]] = defaultdict(list)
    for reached in _progress_of(first):
        by_hand[first[reached.order.pk].by.pk].append(reached)
    for group in by_hand.values():
        _follow(group, by=first[group[0].order.pk].by)
    return len(first)


def _progress_of(moves: Mapping[int, WaybillMoved]) -> list[OrderProgress]:
    """By order; without those whose shipments are all cancelled: nothing follows from them."""
    if not moves:
        return []
    orders = lock_orders(sorted(moves))
    live: dict[int, list[Waybill]] = defaultdict(list)
    links = WorkOrderWaybill.objects.filter(work_order__in=moves).select_related("waybill")
    for link in links.order_by("waybill"):
        if link.waybill.status != Status.CANCELLED:
            live[link.work_order_id].append(link.waybill)
    return [
        OrderProgress(order, live[order.pk], min(map(_reached, live[order.pk])), moves[order.pk].at)
        for order in orders
        if order.pk in live
    ]


def _follow(progressed: Sequence[OrderProgress], *, by: User) -> None:
    tasks: dict[int, list[FollowUpTask]] = defaultdict(list)
    ids = [one.order.pk for one in progressed]
    for task in FollowUpTask.objects.filter(work_order__in=ids).select_related("template"):
        tasks[task.work_order_id].append(task)
    done = [
        (task, f"status:{task.template.done_by_status}", one.at)
        for one in progressed
        for status in one.passed
        for task in tasks[one.order.pk]
        if task.template.done_by_status == status
    ]
    tick_each(done, by=by)
    open_status_tasks(
        [Reached(s.order, s.waybill, s.passed, tasks[s.order.pk], s.at) for s in progressed], by=by
    )
    _move_on(progressed, by=by)


def _move_on(progressed: Sequence[OrderProgress], *, by: User) -> None:
    moved, events = {}, []
    for order, live, _passed, at in progressed:
        about = (WorkOrder._meta.label_lower, str(order.pk), by.pk, at)
        if order.status == OrderStatus.CONFIRMED and max(map(_reached, live)):
            move(order, OrderStatus.IN_PROGRESS)
            order.started_at, order.started_by = at, by
            moved[order.pk] = order
            events.append(NewEvent("workorder.started", *about))
        if order.status == OrderStatus.IN_PROGRESS and all(w.status in ENDINGS for w in live):
            move(order, OrderStatus.COMPLETED)
            order.completed_at, order.completed_by = at, by
            moved[order.pk] = order
            events.append(NewEvent("workorder.completed", *about))
    write_columns(list(moved.values()), MOVED)
    record_many(events)


def _reached(waybill: Waybill) -> int:
    """How many milestones the shipment has passed."""
    status = PROVES.get(Status(waybill.status), waybill.status)
    if status in MILESTONES:
        return MILESTONES.index(status) + 1
    return 1 if waybill.picked_up_at is not None else 0
