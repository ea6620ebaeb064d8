"""Reads of work orders for lists, forms and the API."""

import re
from collections.abc import Collection

from django.db.models import Prefetch, Q

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.core.crypto import blind_index
from apps.core.name_index import asked_parts
from apps.core.phones import phone_key, search_key
from apps.core.typed import several, tidy_typed, typed_number
from apps.customers.models import Customer
from apps.customers.queries import matching
from apps.orders.enums import OrderStatus
from apps.orders.models import WorkOrder, WorkOrderWaybill
from apps.orders.models.work_order import ISSUED_VALUES, WorkOrderQuerySet
from apps.tracking.models import Waybill

PHONE, NAME = "orders.phone", "orders.name"
MOST_CUSTOMERS = 50
# What a person types as a waybill number may be grouped with spaces.
WAYBILL_LIKE = re.compile(r"^[A-Za-z]{1,4}[\dA-Za-z]{6,18}$")


def orders_found(orders: WorkOrderQuerySet, text: str, *, user: User) -> WorkOrderQuerySet:
    """Orders by number (with or without its dash), waybill number, phone, reference, customer, and
    name of sender or consignee or a part of it; several numbers at once are each looked for.

    Each way is one indexed look-up: nothing here reads the whole table, whatever is typed.
    """
    typed = tidy_typed(text)
    if not typed:
        return orders.none() if text.strip() else orders
    found = Q(pk__in=[])
    for one in several(text) or [typed]:
        found |= _meant(one, user)
    return orders.filter(found)


def _meant(typed: str, user: User) -> Q:
    compact = "".join(typed.split())
    if number := typed_number("WO", typed):
        return Q(number__startswith=number)
    found = Q(customer_reference=typed[:64])
    if key := search_key(typed):
        index = phone_index(key)
        found |= Q(pickup_phone_index=index) | Q(delivery_phone_index=index)
    if parts := asked_parts(typed, NAME):
        found |= Q(name_parts__contains=parts)
    if WAYBILL_LIKE.match(compact):
        ids = Waybill.objects.filter(number=compact.upper()).values_list(
            "work_order_link__work_order"
        )
        found |= Q(pk__in=[pk for (pk,) in ids if pk])
    customers = matching(Customer.objects.visible_to(user), typed).values_list("pk", flat=True)
    return found | Q(customer_id__in=list(customers[:MOST_CUSTOMERS]))


def phone_index(phone: str) -> str:
    """The blind index under which an order's phones are found."""
    return blind_index(phone_key(phone), PHONE)


def detailed(orders: WorkOrderQuerySet) -> WorkOrderQuerySet:
    """With customer, owner and waybills at hand: two queries, however many rows."""
    issued = WorkOrderWaybill.objects.select_related("waybill").order_by("piece")
    return orders.select_related("customer", "owner").prefetch_related(Prefetch("issued", issued))


def find_reference(customer: Customer, reference: str) -> WorkOrder | None:
    """The order that already carries the customer's reference, cancelled ones aside."""
    if not reference:
        return None
    live = customer.work_orders.exclude(status=OrderStatus.CANCELLED)
    return live.filter(customer_reference=reference).first()


def first_order_of(customer: Customer) -> bool:
    """True while none of its orders was ever confirmed: a first-time customer (ORD-6)."""
    return not customer.work_orders.filter(status__in=ISSUED_VALUES).exists()


def owners_for(user: User) -> list[User]:
    """Who an order can be given to: active agents, directors and the person asking."""
    people = User.objects.active().people()
    agents = people.with_role(Role.AGENT, Role.DIRECTOR) | people.filter(pk=user.pk)
    return list(agents.order_by("display_name")[:200])


def numbers_of_waybills(waybill_ids: Collection[int]) -> dict[int, str]:
    """Which order each of these waybills was issued for."""
    links = WorkOrderWaybill.objects.filter(waybill__in=waybill_ids)
    return dict(links.values_list("waybill_id", "work_order__number"))
