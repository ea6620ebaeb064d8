"""Opens and closes the clocks of orders and their follow-up steps. The only module of orders that calls
``sla`` (ORD-5, TRK-3).

``due_at`` of both is a copy of what their clock says, for lists that sort by it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import models
from django.utils import timezone

from apps.accounts.models import User
from apps.core.database import write_columns
from apps.customers.queries import contracts_in_force
from apps.orders.enums import OrderMatter
from apps.orders.models import FollowUpTask, WorkOrder
from apps.sla import services as sla
from apps.sla.enums import FactKind, IntervalKind, Metric
from apps.sla.models import Clock
from apps.sla.rules import Attributes
from apps.sla.services import NewMatter

T = TypeVar("T")
HOLD = IntervalKind.ON_HOLD
METRIC_OF: dict[type[models.Model], Metric] = {
    WorkOrder: Metric.ORDER_PROCESSING,
    FollowUpTask: Metric.FOLLOW_UP,
}


Contracts = Mapping[int, int | None]  # per customer the contract in force


def attributes_of(order: WorkOrder, contracts: Contracts) -> Attributes:
    """What clock policies may ask about an order; its class is the service level."""
    return Attributes(
        klass=str(order.service_level),
        channel=str(order.channel),
        customer_id=order.customer_id,
        contract_id=contracts.get(order.customer_id),
    )


def start(orders: Sequence[WorkOrder], contracts: Contracts, *, by: User, at: datetime) -> None:
    """The clock of each runs from when it came in, by the policy that fits it (ORD-5). Sets
    ``due_at`` of orders that have their ids and are not stored yet; as many statements for a
    thousand as for one."""
    rows = [_of_order(order, contracts) for order in orders]
    _moved(orders, sla.open_matters(rows, by=by, at=at))


def start_each(rows: Sequence[tuple[WorkOrder, User, datetime]]) -> None:
    """``start`` for orders that are stored, came in by different hands at different times."""
    contracts = _ContractsByDay(order.customer_id for order, _by, _at in rows)
    dues: dict[str, datetime | None] = {}
    for by, group in _by_hand(rows):
        news = [_of_order(order, contracts.at(at)) for order, at in group]
        for clock in sla.open_matters(news, by=by):
            dues[clock.matter.subject_id] = clock.due_at
    orders = [order for order, _by, _at in rows]
    for order in orders:
        order.due_at = dues.get(str(order.pk))
    write_columns(orders, ["due_at"])


def _of_order(order: WorkOrder, contracts: Contracts) -> NewMatter:
    return NewMatter(
        kind=OrderMatter.ORDER,
        subject=order,
        title=order.number,
        attributes=attributes_of(order, contracts),
        owner=order.owner,
        unit=order.customer.unit,
        opened_at=order.received_at,
    )


def plan(tasks: Sequence[FollowUpTask], contracts: Contracts, *, by: User, at: datetime) -> None:
    """Each step is due when it was planned for."""
    if tasks:
        sla.open_matters([_of_step(task, contracts) for task in tasks], by=by, at=at)


def plan_each(rows: Sequence[tuple[FollowUpTask, User, datetime]]) -> None:
    """``plan`` for steps that different hands began at different times."""
    contracts = _ContractsByDay(task.work_order.customer_id for task, _by, _at in rows)
    for by, group in _by_hand(rows):
        news = [_of_step(task, contracts.at(at), opened_at=at) for task, at in group]
        sla.open_matters(news, by=by)


def _of_step(
    task: FollowUpTask, contracts: Contracts, opened_at: datetime | None = None
) -> NewMatter:
    return NewMatter(
        kind=OrderMatter.FOLLOW_UP,
        subject=task,
        title=f"{task.work_order.number} {task.template.name}"[:120],
        opened_at=opened_at,
        attributes=Attributes(
            klass=task.work_order.follow_up_class,
            customer_id=task.work_order.customer_id,
            contract_id=contracts.get(task.work_order.customer_id),
        ),
        owner=task.owner,
        unit=task.work_order.customer.unit,
        dues={Metric.FOLLOW_UP: task.due_at},
    )


class _ContractsByDay:
    """``contracts_in_force`` on many days: one query a day."""

    def __init__(self, customer_ids: Iterable[int]) -> None:
        self._ids = set(customer_ids)
        self._known: dict[date, Contracts] = {}

    def at(self, moment: datetime) -> Contracts:
        day = timezone.localdate(moment)
        if day not in self._known:
            self._known[day] = contracts_in_force(self._ids, moment)
        return self._known[day]


def _by_hand(
    rows: Iterable[tuple[T, User, datetime]],
) -> Iterable[tuple[User, list[tuple[T, datetime]]]]:
    groups: dict[int, tuple[User, list[tuple[T, datetime]]]] = {}
    for thing, by, at in rows:
        groups.setdefault(by.pk, (by, []))[1].append((thing, at))
    return groups.values()


def processed(order: WorkOrder, *, by: User, at: datetime) -> None:
    sla.finish_matters([order], kind=FactKind.PROCESSED, by=by, at=at)


def processed_each(rows: Iterable[tuple[WorkOrder, User, datetime]]) -> None:
    """By different hands at different times."""
    sla.finish_each([sla.Done(*row) for row in rows], kind=FactKind.PROCESSED)


def done_each(tasks: Iterable[FollowUpTask]) -> None:
    """Steps that say by whom and when."""
    sla.finish_each(
        [sla.Done(task, task.done_by, task.done_at) for task in tasks if task.done_by],
        kind=FactKind.DONE,
    )


def held(order: WorkOrder, *, by: User, at: datetime) -> None:
    """Whether the clock goes on meanwhile says the policy; that of a new installation lets it."""
    sla.begin_wait(subject=order, kind=HOLD, by=by, at=at)
    _copy([order], _clocks_of([order]))


def released(order: WorkOrder, *, by: User, at: datetime) -> None:
    sla.end_wait(subject=order, kind=HOLD, by=by, at=at)
    _copy([order], _clocks_of([order]))


def changed(order: WorkOrder, *, by: User, at: datetime) -> None:
    """Another service level may mean another policy."""
    contracts = contracts_in_force([order.customer_id], at)
    sla.change_matter(subject=order, attributes=attributes_of(order, contracts), by=by, at=at)
    _copy([order], _clocks_of([order]))


def stopped(
    things: Sequence[WorkOrder | FollowUpTask], *, reason: str, by: User, at: datetime
) -> None:
    sla.stop_matters(things, reason=reason, by=by, at=at)


def given(things: Sequence[WorkOrder | FollowUpTask], *, owner: User, by: User) -> None:
    sla.hand_matters(things, owner=owner, by=by)


def postponed(task: FollowUpTask, *, reason: str, by: User, at: datetime) -> None:
    sla.set_due(
        subject=task, metric=Metric.FOLLOW_UP, due_at=task.due_at, reason=reason, by=by, at=at
    )


def copy_dues(ids: Iterable[int], model: type[WorkOrder] | type[FollowUpTask]) -> int:
    """Have ``due_at`` say what the clocks say now; returns how many rows were asked about. Reads the
    present, so that news of a move may come late, twice or in any order."""
    rows: list[Any] = list(model._default_manager.filter(pk__in=ids))
    _copy(rows, _clocks_of(rows))
    return len(rows)


def _clocks_of(rows: Sequence[WorkOrder | FollowUpTask]) -> Iterable[Clock]:
    """Of rows of one kind; of a clock that began anew the latest comes last."""
    if not rows:
        return []
    clocks = Clock.objects.filter(
        matter__subject_type=rows[0]._meta.label_lower,
        matter__subject_id__in=[str(row.pk) for row in rows],
        metric=METRIC_OF[type(rows[0])],
        key=0,
    )
    return clocks.select_related("matter").order_by("cycle")


def _copy(rows: Sequence[Any], clocks: Iterable[Clock]) -> None:
    """One statement for each due instant among them that is new; orders of a file have the same."""
    for due_at, ids in _moved(rows, clocks).items():
        type(rows[0])._default_manager.filter(pk__in=ids).update(due_at=due_at)


def _moved(rows: Sequence[Any], clocks: Iterable[Clock]) -> dict[datetime | None, list[int]]:
    """Have the rows in hand say when they are due; which of them that changes. A policy that was
    retired takes its clocks, and their due times, with it."""
    dues = {c.matter.subject_id: None if c.is_dropped else c.due_at for c in clocks}
    moved: dict[datetime | None, list[int]] = defaultdict(list)
    for row in rows:
        if str(row.pk) in dues and row.due_at != dues[str(row.pk)]:
            row.due_at = dues[str(row.pk)]
            moved[row.due_at].append(row.pk)
    return moved
