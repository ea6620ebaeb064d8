"""What tracking says moves the order on and ticks its steps off (TRK-3)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from apps.accounts.models import User
from apps.core.transactions import joined
from apps.events.services import NewEvent, record_many
from apps.orders.enums import OrderStatus
from apps.orders.models import FollowUpTask, WorkOrder, WorkOrderWaybill
from apps.orders.services.entry import lock_orders, move
from apps.orders.services.tasks import open_status_tasks, tick_each
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


class Stand(NamedTuple):
    """A locked order and how far its shipments are. ``waybill``: the one that is not cancelled."""

    order: WorkOrder
    live: Sequence[Waybill]
    reached: int  # milestones that all of them have passed

    @property
    def waybill(self) -> Waybill | None:
        return self.live[0] if len(self.live) == 1 else None

    @property
    def passed(self) -> Sequence[str]:
        return MILESTONES[: self.reached]


@joined()
def follow_waybills(seen: Sequence[Seen]) -> int:
    """Bring the orders of these waybills in line with where their shipments stand now; how many
    orders that were. As many statements for a hundred as for one, where one hand moved them.

    Reads the present status instead of trusting the event, so that events may come late, twice
    or in any order. An order with several waybills moves when the last of them has. Orders are
    locked in the order of their numbers, so that two callers never wait for each other.
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
    stands = _stands(sorted(first))
    together: dict[tuple[int, datetime], list[Stand]] = defaultdict(list)
    for stand in stands:
        one = first[stand.order.pk]
        together[one.by.pk, one.at].append(stand)
    for (_by, at), group in together.items():
        _follow(group, by=first[group[0].order.pk].by, at=at)
    return len(first)


def _stands(order_ids: Sequence[int]) -> list[Stand]:
    """Without those whose shipments are all cancelled: nothing follows from them."""
    if not order_ids:
        return []
    orders = lock_orders(order_ids)
    live: dict[int, list[Waybill]] = defaultdict(list)
    links = WorkOrderWaybill.objects.filter(work_order__in=order_ids).select_related("waybill")
    for link in links.order_by("waybill"):
        if link.waybill.status != Status.CANCELLED:
            live[link.work_order_id].append(link.waybill)
    return [
        Stand(order, live[order.pk], min(_reached(waybill) for waybill in live[order.pk]))
        for order in orders
        if order.pk in live
    ]


def _follow(stands: Sequence[Stand], *, by: User, at: datetime) -> None:
    tasks: dict[int, list[FollowUpTask]] = defaultdict(list)
    ids = [stand.order.pk for stand in stands]
    for task in FollowUpTask.objects.filter(work_order__in=ids).select_related("template"):
        tasks[task.work_order_id].append(task)
    done = [
        (task, f"status:{task.template.done_by_status}")
        for stand in stands
        for status in stand.passed
        for task in tasks[stand.order.pk]
        if task.template.done_by_status == status
    ]
    tick_each(done, by=by, at=at)
    open_status_tasks(
        [(one.order, one.waybill, one.passed, tasks[one.order.pk]) for one in stands], by=by, at=at
    )
    _move_on(stands, by=by, at=at)


def _move_on(stands: Sequence[Stand], *, by: User, at: datetime) -> None:
    started, completed, news = [], [], []
    for stand in stands:
        order, live = stand.order, stand.live
        about = (WorkOrder._meta.label_lower, str(order.pk), by.pk, at)
        if order.status == OrderStatus.CONFIRMED and max(_reached(waybill) for waybill in live):
            move(order, OrderStatus.IN_PROGRESS)
            started.append(order.pk)
            news.append(NewEvent("workorder.started", *about))
        if order.status == OrderStatus.IN_PROGRESS and all(w.status in ENDINGS for w in live):
            move(order, OrderStatus.COMPLETED)
            completed.append(order.pk)
            news.append(NewEvent("workorder.completed", *about))
    if started:
        WorkOrder.objects.filter(pk__in=started).update(
            status=OrderStatus.IN_PROGRESS, started_at=at, started_by=by
        )
    if completed:
        WorkOrder.objects.filter(pk__in=completed).update(
            status=OrderStatus.COMPLETED, completed_at=at, completed_by=by
        )
    record_many(news)


def _reached(waybill: Waybill) -> int:
    """How many milestones the shipment has passed."""
    status = PROVES.get(Status(waybill.status), waybill.status)
    if status in MILESTONES:
        return MILESTONES.index(status) + 1
    return 1 if waybill.picked_up_at is not None else 0
