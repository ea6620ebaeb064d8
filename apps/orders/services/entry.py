"""Taking an order in and changing what it says, until it is confirmed (ORD-1, ORD-4)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.models import ImportFile
from apps.backoffice.services import reserve_rows
from apps.core.database import Statement
from apps.core.errors import BadInput, RuleBroken
from apps.core.name_index import name_parts
from apps.core.storage import all_or_nothing
from apps.customers.models import Customer
from apps.customers.queries import director_for
from apps.customers.rules import order_owner
from apps.events.services import record
from apps.orders.enums import FollowUpReason, OrderStatus
from apps.orders.inputs import Arrival, OrderInput
from apps.orders.models import WorkOrder
from apps.orders.queries import find_reference, first_order_of
from apps.orders.queries.customers import known_of
from apps.orders.queries.orders import NAME, phone_index
from apps.orders.rules import (
    FollowUpFacts,
    decide_class,
    missing_fields,
    settled_status,
)
from apps.orders.services import clocks
from apps.orders.states import ORDER_MOVES, UNCONFIRMED

CLOCK_TOLERANCE = timedelta(minutes=2)
OLDEST_ARRIVAL = timedelta(days=31)
_LOCK_CUSTOMER = Statement(
    "lock_customer", "SELECT FROM customers_customer WHERE id = %s FOR NO KEY UPDATE"
)


@all_or_nothing()
@transaction.atomic
def receive_order(
    *, customer: Customer, content: OrderInput, arrival: Arrival, by: User, at: datetime
) -> WorkOrder:
    """Put an order on file as a draft, or as ready when nothing is missing.

    The same ``entry_key`` again gives the order that it made the first time. Raises RuleBroken
    (``reference_known``) when the customer's reference is on another order.
    """
    check_arrival(arrival, at)
    lock_customer(customer)
    reference = content.customer_reference
    known = known_of(customer, reference=reference, entry_key=arrival.entry_key, at=at)
    if known.entered is not None:
        return WorkOrder.objects.get(pk=known.entered)
    if known.carrier is not None:
        raise reference_known(reference, known.carrier)
    order = build_order(
        customer=customer,
        content=content,
        arrival=arrival,
        owner=owner_of(customer, at) or by,
        by=by,
        first_order=known.first_order,
    )
    if arrival.file is not None:
        order.original_name = arrival.filename[-160:]
        order.original_file.save(arrival.filename, arrival.file, save=False)
    [(order.pk, order.number)] = reserve_rows(WorkOrder, WorkOrder.PREFIX, order.received_on, 1)
    clocks.start([order], {customer.pk: known.contract_id}, by=by, at=at)
    order.save(force_insert=True)
    data = {"number": order.number, "channel": order.channel, "customer": customer.pk}
    record("workorder.received", order, by=by, at=at, data=data)
    return order


def build_order(
    *,
    customer: Customer,
    content: OrderInput,
    arrival: Arrival,
    owner: User,
    by: User,
    first_order: bool,
    intake: ImportFile | None = None,
) -> WorkOrder:
    """An order that is not saved, has no number yet and no clock."""
    order = WorkOrder(
        customer=customer,
        owner=owner,
        created_by=by,
        channel=arrival.channel,
        original_text=arrival.original_text,
        entry_key=arrival.entry_key,
        received_at=arrival.received_at,
        received_on=timezone.localdate(arrival.received_at),
        intake_file=intake,
        **content.values(),
    )
    _index_people(order)
    classify(order, first_order=first_order)
    order.status = settled_status(order)
    return order


@transaction.atomic
def change_order(*, order_id: int, content: OrderInput, by: User, at: datetime) -> WorkOrder:
    """Replace what an unconfirmed order says. What was read back and then changed must be read
    back again: the customer agreed to other words."""
    order = lock_order(order_id)
    if order.status not in UNCONFIRMED:
        raise RuleBroken(
            _("This order is “%(state)s”; its content can no longer change.")
            % {"state": OrderStatus(order.status).label},
            code="not_changeable",
            rule="ORD-4",
        )
    changed = [name for name, value in content.values().items() if getattr(order, name) != value]
    if not changed:
        return order
    if "customer_reference" in changed:
        lock_customer(order.customer)
        check_reference(order.customer, content.customer_reference)
    for name in changed:
        setattr(order, name, getattr(content, name))
    if order.read_back_at is not None:
        order.read_back_at, order.read_back_by, order.read_back_with = None, None, ""
    _index_people(order)
    classify(order, first_order=first_order_of(order.customer))
    move(order, settled_status(order))
    order.save()
    record("workorder.changed", order, by=by, at=at, data={"fields": ", ".join(changed)})
    if "service_level" in changed:
        clocks.changed(order, by=by, at=at)
    return order


@transaction.atomic
def read_back_order(*, order_id: int, heard_by: str, by: User, at: datetime) -> WorkOrder:
    """The order was read aloud and the customer agreed; ``heard_by`` is who said yes (ORD-1)."""
    order = lock_order(order_id)
    if order.status not in UNCONFIRMED:
        raise RuleBroken(
            _("This order is “%(state)s”; there is nothing left to read back.")
            % {"state": OrderStatus(order.status).label},
            code="not_changeable",
            rule="ORD-1",
        )
    if missing_fields(order):
        raise RuleBroken(
            _("Fill in what is missing first, then read the whole order back."),
            code="incomplete",
            rule="ORD-1",
        )
    if not heard_by.strip():
        raise BadInput(_("Say who at the customer agreed."), code="required", field="heard_by")
    order.read_back_at, order.read_back_by = at, by
    order.read_back_with = heard_by.strip()[:60]
    move(order, settled_status(order))
    order.save()
    record("workorder.read_back", order, by=by, at=at)
    return order


def classify(order: WorkOrder, *, first_order: bool) -> None:
    """Set the follow-up class by rule; a class chosen by hand stays (ORD-6)."""
    if order.follow_up_reason == FollowUpReason.MANUAL:
        return
    order.follow_up_class, order.follow_up_reason = decide_class(
        FollowUpFacts(
            job_type=order.job_type,
            service_level=order.service_level,
            received_at=order.received_at,
            requested_delivery=order.requested_delivery,
            first_order=first_order,
            declared_value=order.declared_value,
            goods_name=order.goods_name,
            special_demands=bool(order.packaging_wishes or order.important_notes),
            customer_default=order.customer.follow_up_default,
        )
    )


def owner_of(customer: Customer, at: datetime) -> User | None:
    """The director during the trial, the customer's agent, else the director of its unit."""
    return order_owner(customer, at) or director_for(customer.unit)


def lock_order(order_id: int) -> WorkOrder:
    """The row, locked until the transaction ends, with its customer and owner at hand."""
    return _locking().get(pk=order_id)


def lock_orders(order_ids: Sequence[int]) -> list[WorkOrder]:
    """``lock_order`` for many, in the order of their ids."""
    return list(_locking().filter(pk__in=order_ids).order_by("pk"))


def _locking() -> QuerySet[WorkOrder]:
    orders = WorkOrder.objects.select_for_update(of=("self",))
    return orders.select_related("customer__unit", "owner", "confirmed_by")


def lock_customer(customer: Customer) -> None:
    """One entry at a time per customer, so that one reference cannot be entered twice at once."""
    with connection.cursor() as cursor:
        _LOCK_CUSTOMER.run(cursor, [customer.pk])


def move(order: WorkOrder, to: OrderStatus) -> None:
    """Change the state by the table; staying where it is is no move."""
    if order.status != to:
        ORDER_MOVES.check(OrderStatus(order.status), to)
        order.status = to


def check_reference(customer: Customer, reference: str) -> None:
    known = find_reference(customer, reference)
    if known is not None:
        raise reference_known(reference, known.number)


def reference_known(reference: str, number: str) -> RuleBroken:
    return RuleBroken(
        _("The customer's reference %(reference)s is already on %(number)s.")
        % {"reference": reference, "number": number},
        code="reference_known",
        field="customer_reference",
        rule="ORD-1",
        number=number,
    )


def check_arrival(arrival: Arrival, at: datetime) -> None:
    """An order arrives neither tomorrow nor long ago: its 24 hours count from there (ORD-5)."""
    if arrival.received_at > at + CLOCK_TOLERANCE:
        raise BadInput(
            _("The order cannot have come in later than now."),
            code="in_the_future",
            field="received_at",
        )
    if arrival.received_at < at - OLDEST_ARRIVAL:
        raise BadInput(
            _("This is more than a month ago; check the date."),
            code="too_old",
            field="received_at",
        )


def _index_people(order: WorkOrder) -> None:
    order.pickup_phone_index = phone_index(order.pickup_phone)
    order.delivery_phone_index = phone_index(order.delivery_phone)
    order.name_parts = name_parts((order.pickup_contact, order.delivery_contact), NAME)
