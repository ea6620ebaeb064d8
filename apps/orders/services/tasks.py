"""Follow-up tasks: planned at confirmation, ticked off by hand or by tracking (TRK-3)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import cached_tables
from apps.core.database import write_columns
from apps.core.errors import BadInput, RuleBroken
from apps.core.text import required_text
from apps.events.services import NewEvent, record, record_many
from apps.orders.enums import ServiceLevel, TaskAnchor
from apps.orders.models import FollowUpTask, FollowUpTemplate, WorkOrder
from apps.orders.queries.steps import steps_in_use
from apps.orders.rules import delivery_due, is_intra_city, task_times
from apps.orders.services import clocks
from apps.tracking.models import Waybill

SAME_DAY = timedelta(hours=24)


def generate_tasks(
    order: WorkOrder,
    waybills: list[Waybill],
    contracts: clocks.Contracts,
    *,
    by: User,
    at: datetime,
) -> list[FollowUpTask]:
    """Plan the steps of the order's class; call inside the confirmation's transaction."""
    made = FollowUpTask.objects.bulk_create(
        planned_tasks(order, waybills, templates_of(order), at=at)
    )
    clocks.plan(made, contracts, by=by, at=at)
    return made


def planned_tasks(
    order: WorkOrder,
    waybills: list[Waybill],
    templates: Iterable[FollowUpTemplate],
    *,
    at: datetime,
) -> list[FollowUpTask]:
    """The steps of an order confirmed at ``at``, not stored yet; of the class's ``templates`` those
    that concern it."""
    waybill = waybills[0] if len(waybills) == 1 else None
    due = delivery_due(
        order.service_level,
        confirmed_at=at,
        requested=order.requested_delivery,
        promised=waybills[0].promised_at,
    )
    return [
        FollowUpTask(
            work_order=order,
            waybill=waybill,
            template=template,
            occurrence=occurrence,
            owner=order.owner,
            due_at=moment,
        )
        for template in concerning(order, templates)
        for occurrence, moment in enumerate(
            task_times(template.anchor, template.minutes, confirmed_at=at, delivery_due=due),
            start=1,
        )
    ]


def templates_of(order: WorkOrder) -> list[FollowUpTemplate]:
    templates = [t for t in steps_in_use() if t.follow_up_class == order.follow_up_class]
    return concerning(order, templates)


def concerning(order: WorkOrder, templates: Iterable[FollowUpTemplate]) -> list[FollowUpTemplate]:
    """Of the templates of the order's class those that hold for it."""
    return [t for t in templates if not t.intra_city_only or is_same_day_intra_city(order)]


def is_same_day_intra_city(order: WorkOrder) -> bool:
    if not is_intra_city(order.job_type, order.origin_city, order.destination_city):
        return False
    asked = order.requested_delivery
    soon = asked is not None and asked - order.received_at < SAME_DAY
    return soon or order.service_level == ServiceLevel.SAME_DAY


class Reached(NamedTuple):
    """An order, the statuses it has passed, the steps it has, and when somebody moved its shipment."""

    order: WorkOrder
    waybill: Waybill | None
    passed: Sequence[str]
    tasks: Sequence[FollowUpTask]
    at: datetime


def open_status_tasks(reached: Sequence[Reached], *, by: User) -> list[FollowUpTask]:
    """Tasks that wait for a tracking status: they appear when it is reached, once. The orders are
    locked, so nobody else adds some meanwhile."""
    with cached_tables.checked_together(steps_in_use):
        tasks = [(task, by, one.at) for one in reached for task in _status_tasks(*one)]
    made = FollowUpTask.objects.bulk_create(task for task, _by, _at in tasks)
    clocks.plan_each(tasks)
    return made


def _status_tasks(
    order: WorkOrder,
    waybill: Waybill | None,
    passed: Sequence[str],
    tasks: Sequence[FollowUpTask],
    at: datetime,
) -> list[FollowUpTask]:
    known = {task.template_id for task in tasks}
    return [
        FollowUpTask(
            work_order=order,
            waybill=waybill,
            template=template,
            owner=order.owner,
            due_at=at + timedelta(minutes=template.minutes),
        )
        for template in templates_of(order)
        if template.anchor == TaskAnchor.STATUS
        and template.anchor_status in passed
        and template.pk not in known
    ]


@transaction.atomic
def complete_task(*, task_id: int, outcome: str, by: User, at: datetime) -> FollowUpTask:
    """Tick a task off with what came of it."""
    task = _lock_task(task_id)
    needed = _("Write what came of it; one line is enough.")
    outcome = required_text(
        outcome, field="outcome", least=1, most=300, message=needed, code="required"
    )
    task.done_at, task.done_by, task.outcome = at, by, outcome
    task.save(update_fields=["done_at", "done_by", "outcome"])
    clocks.done_each([task])
    record_many([completed_event(task)])
    return task


@transaction.atomic
def postpone_task(
    *, task_id: int, due_at: datetime, reason: str, by: User, at: datetime
) -> FollowUpTask:
    """Give an open task another due time, later than now, with the reason."""
    task = _lock_task(task_id)
    if due_at <= at:
        raise BadInput(_("Choose a time that lies ahead."), code="in_the_past", field="due_at")
    reason = required_text(reason, least=1, message=_("Give a reason."), code="required")
    data = {"step": task.template.step, "from": task.due_at.isoformat(), "reason": reason}
    task.due_at = due_at
    task.save(update_fields=["due_at"])
    clocks.postponed(task, reason=reason, by=by, at=at)
    record("followup.postponed", task.work_order, by=by, at=at, data=data)
    return task


def _lock_task(task_id: int) -> FollowUpTask:
    tasks = FollowUpTask.objects.select_for_update(of=("self",))
    task = tasks.select_related("template", "work_order").get(pk=task_id)
    if task.done_at is not None or task.dropped_at is not None:
        raise RuleBroken(
            _("This step is finished already; reload the page to see by whom."),
            code="task_closed",
            rule="TRK-3",
        )
    return task


def tick_tasks(
    tasks: Iterable[FollowUpTask], *, outcome: str, by: User, at: datetime
) -> list[FollowUpTask]:
    """Close open tasks because the system itself knows that they are done."""
    return tick_each([(task, outcome, at) for task in tasks], by=by)


def tick_each(
    done: Iterable[tuple[FollowUpTask, str, datetime]], *, by: User
) -> list[FollowUpTask]:
    """``tick_tasks``, each with what came of it and when."""
    ticked = []
    for task, outcome, at in done:
        if task.done_at is None and task.dropped_at is None:
            task.done_at, task.done_by, task.outcome = at, by, outcome
            ticked.append(task)
    store_done(ticked)
    record_many(completed_event(task) for task in ticked)
    return ticked


def store_done(tasks: Sequence[FollowUpTask]) -> None:
    """Keep steps that say by whom and when they were done, and end their clocks."""
    write_columns(tasks, ["done_at", "done_by", "outcome"])
    clocks.done_each(tasks)


def completed_event(task: FollowUpTask) -> NewEvent:
    """What is recorded of a step that was done."""
    assert task.done_by_id is not None  # noqa: S101  # for types
    return NewEvent(
        "followup.completed",
        WorkOrder._meta.label_lower,
        str(task.work_order_id),
        task.done_by_id,
        task.done_at,
        {"step": task.template.step, "outcome": task.outcome},
    )
