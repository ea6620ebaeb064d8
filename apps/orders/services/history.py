"""A past told in one go: orders that came in, were confirmed, printed and followed in weeks that are over.

Each is kept as the acts themselves would have left it, one by one (tests/orders/test_history.py compares the two), and
the number of statements does not grow with how many there are. Nobody was there to be refused: what the desk would not
have taken raises.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from apps.accounts.models import Unit, User
from apps.backoffice.services import reserve_rows
from apps.customers.models import Customer
from apps.events.services import NewEvent, record_many
from apps.orders.enums import CentreKind, OrderStatus, PrintKind
from apps.orders.inputs import Arrival, OrderInput
from apps.orders.models import (
    FollowUpTask,
    FollowUpTemplate,
    PrintJob,
    PrintRecord,
    WorkOrder,
    WorkOrderWaybill,
)
from apps.orders.queries import find_centre, first_order_of
from apps.orders.rules import centre_kind, settled_status
from apps.orders.services import clocks
from apps.orders.services.confirm import Confirmation, waybill_specs
from apps.orders.services.entry import build_order, check_arrival, classify, move, owner_of
from apps.orders.services.prints import PRINTED_STEP
from apps.orders.services.tasks import completed_event, planned_tasks, store_done
from apps.tracking.models import Waybill
from apps.tracking.services.issue import issue_each


class Printed(NamedTuple):
    kind: PrintKind
    by: User
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PastOrder:
    """An order and what the office did with it. Its owner read it back to ``agreed`` when it came and
    confirmed it at ``confirmed_at``, where these are given."""

    customer: Customer
    content: OrderInput
    arrival: Arrival
    by: User
    at: datetime
    agreed: str = ""
    confirmed_at: datetime | None = None
    printed: Sequence[Printed] = ()


@transaction.atomic
def take_over_orders(pasts: Sequence[PastOrder]) -> list[Confirmation]:
    """In the order in which they came in; one answer for each, without waybills where it was not
    confirmed."""
    desk = _Desk()
    orders = [desk.take(past) for past in pasts]
    _number(orders)
    made = WorkOrder.objects.bulk_create(orders)
    clocks.start_each([(one, past.by, past.at) for one, past in zip(made, pasts, strict=True)])
    confirmed = [
        (order, past) for order, past in zip(made, pasts, strict=True) if past.confirmed_at
    ]
    waybills = _issue([order for order, _past in confirmed])
    _print(confirmed)
    clocks.processed_each((order, *_confirmation(order)) for order, _past in confirmed)
    tasks = _plan([order for order, _past in confirmed], waybills)
    ticked = _tick(confirmed, tasks)
    _record(made, pasts, waybills, ticked)
    return [Confirmation(order, waybills.get(order.pk, [])) for order in made]


class _Desk:
    """What taking orders in one after the other remembers."""

    def __init__(self) -> None:
        self.first: dict[int, bool] = {}
        self.centres: dict[tuple[CentreKind, str, int], Unit | None] = {}

    def take(self, past: PastOrder) -> WorkOrder:
        check_arrival(past.arrival, past.at)
        customer = past.customer
        if customer.pk not in self.first:
            self.first[customer.pk] = first_order_of(customer)
        order = build_order(
            customer=customer,
            content=past.content,
            arrival=past.arrival,
            owner=owner_of(customer, past.at) or past.by,
            by=past.by,
            first_order=self.first[customer.pk],
        )
        if past.agreed:
            order.read_back_at, order.read_back_by = past.at, order.owner
            order.read_back_with = past.agreed
            move(order, settled_status(order))
        if past.confirmed_at is not None:
            self._confirm(order, past.confirmed_at)
        return order

    def _confirm(self, order: WorkOrder, at: datetime) -> None:
        classify(order, first_order=self.first[order.customer_id])
        self.first[order.customer_id] = False
        move(order, OrderStatus.CONFIRMED)
        order.confirmed_at, order.confirmed_by = at, order.owner
        kind = centre_kind(order.job_type, order.origin_city, order.destination_city)
        key = (kind, order.origin_city, order.customer.unit_id)
        if key not in self.centres:
            self.centres[key] = find_centre(order, kind)
        order.centre_kind, order.centre = kind, self.centres[key]


def _number(orders: Sequence[WorkOrder]) -> None:
    by_day = defaultdict(list)
    for order in orders:
        by_day[order.received_on].append(order)
    for day, group in by_day.items():
        for order, former in zip(
            group, reserve_rows(WorkOrder, WorkOrder.PREFIX, day, len(group)), strict=True
        ):
            order.pk, order.number = former


def _confirmation(order: WorkOrder) -> tuple[User, datetime]:
    assert order.confirmed_by is not None and order.confirmed_at is not None  # noqa: S101  # for types
    return order.confirmed_by, order.confirmed_at


def _issue(orders: Sequence[WorkOrder]) -> dict[int, list[Waybill]]:
    specs = [(order, spec) for order in orders for spec in waybill_specs(order)]
    issued = issue_each([(spec, *_confirmation(order)) for order, spec in specs])
    found: dict[int, list[Waybill]] = defaultdict(list)
    links = []
    for (order, _spec), waybill in zip(specs, issued, strict=True):
        found[order.pk].append(waybill)
        links.append(
            WorkOrderWaybill(work_order=order, waybill=waybill, piece=len(found[order.pk]))
        )
    WorkOrderWaybill.objects.bulk_create(links)
    return found


def _print(confirmed: Sequence[tuple[WorkOrder, PastOrder]]) -> None:
    jobs, records = [], []
    for order, past in confirmed:
        job = PrintJob(
            work_order=order, centre_kind=order.centre_kind, centre=order.centre,
            created_by=order.confirmed_by,
        )  # fmt: skip
        copies: dict[PrintKind, int] = defaultdict(int)
        for one in past.printed:
            copies[one.kind] += 1
            records.append(
                PrintRecord(
                    work_order=order, kind=one.kind, copy=copies[one.kind],
                    printed_at=one.at, printed_by=one.by, reason=one.reason,
                )
            )  # fmt: skip
            if one.kind == PrintKind.WORK_ORDER and job.printed_at is None:
                job.printed_at, job.printed_by = one.at, one.by
        jobs.append(job)
    PrintJob.objects.bulk_create(jobs)
    PrintRecord.objects.bulk_create(records)


def _plan(orders: Sequence[WorkOrder], waybills: dict[int, list[Waybill]]) -> list[FollowUpTask]:
    templates: dict[str, list[FollowUpTemplate]] = defaultdict(list)
    for template in FollowUpTemplate.objects.filter(active=True):
        templates[template.follow_up_class].append(template)
    tasks = [
        task
        for order in orders
        for task in planned_tasks(
            order, waybills[order.pk], templates[order.follow_up_class], at=_confirmation(order)[1]
        )
    ]
    made = FollowUpTask.objects.bulk_create(tasks)
    clocks.plan_each([(task, *_confirmation(task.work_order)) for task in made])
    return made


def _tick(
    confirmed: Sequence[tuple[WorkOrder, PastOrder]], tasks: Sequence[FollowUpTask]
) -> dict[int, list[FollowUpTask]]:
    """The steps that printing the order is."""
    printed = {
        order.pk: one
        for order, past in confirmed
        for one in reversed(past.printed)
        if one.kind == PrintKind.WORK_ORDER
    }
    ticked: dict[int, list[FollowUpTask]] = defaultdict(list)
    for task in tasks:
        one = printed.get(task.work_order_id)
        if one is not None and task.template.step == PRINTED_STEP:
            task.done_at, task.done_by, task.outcome = one.at, one.by, "printed"
            ticked[task.work_order_id].append(task)
    store_done([task for group in ticked.values() for task in group])
    return ticked


def _record(
    orders: Sequence[WorkOrder],
    pasts: Sequence[PastOrder],
    waybills: dict[int, list[Waybill]],
    ticked: dict[int, list[FollowUpTask]],
) -> None:
    events: list[NewEvent] = []
    for order, past in zip(orders, pasts, strict=True):
        data = {"number": order.number, "channel": order.channel, "customer": order.customer_id}
        events.append(_event("workorder.received", order, past.by, past.at, data))
        if past.agreed:
            events.append(_event("workorder.read_back", order, order.owner, past.at, {}))
        if past.confirmed_at is not None:
            events += _confirmed(order, waybills[order.pk])
        events += _printed(order, past, ticked[order.pk])
    record_many(events)


def _confirmed(order: WorkOrder, waybills: Sequence[Waybill]) -> list[NewEvent]:
    by, at = _confirmation(order)
    numbers = ", ".join(waybill.number for waybill in waybills[:10])
    data = {"waybills": numbers, "count": len(waybills), "class": order.follow_up_class}
    centre = {"centre_kind": str(order.centre_kind), "centre": order.centre_id or ""}
    return [
        _event("workorder.confirmed", order, by, at, data),
        _event("workorder.sent_to_centre", order, by, at, centre),
    ]


def _printed(order: WorkOrder, past: PastOrder, ticked: Sequence[FollowUpTask]) -> list[NewEvent]:
    events: list[NewEvent] = []
    copies: dict[PrintKind, int] = defaultdict(int)
    for one in past.printed:
        copies[one.kind] += 1
        if one.kind == PrintKind.WORK_ORDER and copies[one.kind] == 1:
            events += [completed_event(task) for task in ticked]
        data = {"kind": str(one.kind), "copy": copies[one.kind], "reason": one.reason}
        events.append(_event("workorder.printed", order, one.by, one.at, data))
    return events


class Completed(NamedTuple):
    """What came of a step, told by hand."""

    task: FollowUpTask
    outcome: str
    by: User
    at: datetime


@transaction.atomic
def complete_each(completed: Sequence[Completed]) -> None:
    """``complete_task`` for each; the tasks, with template and order at hand, are open."""
    for task, outcome, by, at in completed:
        task.done_at, task.done_by, task.outcome = at, by, outcome[:300]
    tasks = [one.task for one in completed]
    store_done(tasks)
    record_many([completed_event(task) for task in tasks])


def _event(kind: str, order: WorkOrder, by: User, at: datetime, data: dict[str, Any]) -> NewEvent:
    return NewEvent(kind, WorkOrder._meta.label_lower, str(order.pk), by.pk, at, data)
