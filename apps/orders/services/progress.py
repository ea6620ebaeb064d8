"""What tracking says moves the order on and ticks its steps off (TRK-3)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from apps.accounts.models import User
from apps.events.services import NewEvent, record_many
from apps.orders.enums import OrderStatus, TaskAnchor
from apps.orders.models import FollowUpTask, FollowUpTemplate, WorkOrder, WorkOrderWaybill
from apps.orders.services import clocks
from apps.orders.services.entry import lock_orders, move
from apps.orders.services.tasks import concerning
from apps.sla.services.history import SOME
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
def follow_waybill(*, waybill_id: int, by: User, at: datetime) -> WorkOrder | None:
    """``follow_waybills`` for one; None without an order."""
    follow_waybills([Seen(waybill_id, by, at)])
    return WorkOrder.objects.filter(issued__waybill=waybill_id).first()


@transaction.atomic
def follow_waybills(seen: Sequence[Seen]) -> int:
    """Bring the orders of these waybills in line with where their shipments stand now; how many
    orders that were. The number of statements does not grow with them.

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
    if not first:
        return 0
    following = [_Following(order, first[order.pk]) for order in lock_orders(first)]
    _look(following)
    live = [one for one in following if one.live]
    _tick(live)
    _open_steps(live)
    _move(live)
    record_many(event for one in live for event in one.events)
    return len(first)


class _Following:
    """An order, what was seen of it, and what comes of that."""

    def __init__(self, order: WorkOrder, seen: Seen) -> None:
        self.order, self.by, self.at = order, seen.by, seen.at
        self.live: list[Waybill] = []  # its waybills that are not cancelled
        self.tasks: list[FollowUpTask] = []
        self.events: list[NewEvent] = []

    @property
    def passed(self) -> Sequence[str]:
        """The milestones that all of its shipments have reached."""
        return MILESTONES[: min(_reached(waybill) for waybill in self.live)]

    def record(self, kind: str, data: dict[str, str] | None = None) -> None:
        label = WorkOrder._meta.label_lower
        self.events.append(
            NewEvent(kind, label, str(self.order.pk), self.by.pk, self.at, data or {})
        )


def _look(following: Sequence[_Following]) -> None:
    """Two queries for their waybills and steps."""
    by_order = {one.order.pk: one for one in following}
    links = WorkOrderWaybill.objects.filter(work_order__in=by_order).select_related("waybill")
    for link in links.order_by("waybill_id"):
        if link.waybill.status != Status.CANCELLED:
            by_order[link.work_order_id].live.append(link.waybill)
    tasks = FollowUpTask.objects.filter(work_order__in=by_order).select_related("template")
    for task in tasks:
        by_order[task.work_order_id].tasks.append(task)


def _tick(following: Sequence[_Following]) -> None:
    """Close the steps that a milestone closes; no statement where none does."""
    ticked = []
    for one in following:
        for status in one.passed:
            for task in one.tasks:
                is_open = task.done_at is None and task.dropped_at is None
                if is_open and task.template.done_by_status == status:
                    task.done_at, task.done_by = one.at, one.by
                    task.outcome = f"status:{status}"
                    ticked.append((task, one.by, one.at))
                    data = {"step": task.template.step, "outcome": task.outcome}
                    one.record("followup.completed", data)
    done = [task for task, _by, _at in ticked]
    FollowUpTask.objects.bulk_update(done, ["done_at", "done_by", "outcome"], batch_size=SOME)
    clocks.finished_each(ticked)


def _open_steps(following: Sequence[_Following]) -> None:
    """The steps that wait for a milestone appear when it is reached, once: the order is locked, so
    nobody else adds them meanwhile."""
    templates: dict[str, list[FollowUpTemplate]] = defaultdict(list)
    waiting = FollowUpTemplate.objects.filter(active=True, anchor=TaskAnchor.STATUS)
    for template in waiting:
        templates[template.follow_up_class].append(template)
    opened = []
    for one in following:
        known = {task.template_id for task in one.tasks}
        for status in one.passed:
            for template in concerning(one.order, templates[one.order.follow_up_class]):
                if template.anchor_status == status and template.pk not in known:
                    task = FollowUpTask(
                        work_order=one.order,
                        waybill=one.live[0] if len(one.live) == 1 else None,
                        template=template,
                        owner=one.order.owner,
                        due_at=one.at + timedelta(minutes=template.minutes),
                    )
                    opened.append((task, one.by, one.at))
    FollowUpTask.objects.bulk_create([task for task, _by, _at in opened])
    clocks.plan_each(opened)


def _move(following: Sequence[_Following]) -> None:
    moved = []
    for one in following:
        order, before = one.order, one.order.status
        if max(map(_reached, one.live)) and order.status == OrderStatus.CONFIRMED:
            move(order, OrderStatus.IN_PROGRESS)
            order.started_at, order.started_by = one.at, one.by
            one.record("workorder.started")
        if order.status == OrderStatus.IN_PROGRESS and all(w.status in ENDINGS for w in one.live):
            move(order, OrderStatus.COMPLETED)
            order.completed_at, order.completed_by = one.at, one.by
            one.record("workorder.completed")
        if order.status != before:
            moved.append(order)
    fields = ["status", "started_at", "started_by", "completed_at", "completed_by"]
    WorkOrder.objects.bulk_update(moved, fields, batch_size=SOME)


def _reached(waybill: Waybill) -> int:
    """How many milestones the shipment has passed."""
    status = PROVES.get(Status(waybill.status), waybill.status)
    if status in MILESTONES:
        return MILESTONES.index(status) + 1
    return 1 if waybill.picked_up_at is not None else 0
