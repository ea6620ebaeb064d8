"""Orders in every state, made through the services so that they are what the house makes.

``order()`` is ready to confirm; ``confirmed_order()`` has its waybills.
"""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.accounts.models import User
from apps.customers.models import Customer
from apps.orders import services
from apps.orders.cleaning import clean_order
from apps.orders.inputs import Arrival
from apps.orders.models import DeclaredCount, WorkOrder
from tests.factories.accounts import UserFactory
from tests.factories.customers import ready_customer

WORDS: dict[str, Any] = {
    "job_type": "door_to_door",
    "service_level": "standard",
    "transport_mode": "road",
    "pickup_company": "上海一号仓",
    "pickup_contact": "李仓管",
    "pickup_phone": "13900000001",
    "origin_city": "上海市",
    "pickup_address": "上海市浦东新区世纪大道100号3号楼501室",
    "delivery_company": "北京分公司",
    "delivery_contact": "张三",
    "delivery_phone": "13800000002",
    "destination_city": "北京市",
    "delivery_address": "北京市朝阳区建国路1号2单元301室",
    "goods_name": "服装",
    "pieces": "3",
    "weight_kg": "12.5",
    "settlement_method": "monthly",
}
READ_BACK_BY = "王小明"


def words(**changes: Any) -> dict[str, Any]:
    """What is typed into the form or stands in a row; None leaves a field out."""
    return {name: value for name, value in {**WORDS, **changes}.items() if value is not None}


def order(
    customer: Customer | None = None,
    *,
    channel: str = "email",
    by: User | None = None,
    at: datetime | None = None,
    **changes: Any,
) -> WorkOrder:
    at = at or timezone.now()
    content, errors = clean_order(words(**changes))
    assert not errors, errors
    return services.receive_order(
        customer=customer or ready_customer(),
        content=content,
        arrival=Arrival(channel=channel, received_at=at),
        by=by or UserFactory(),
        at=at,
    )


def phone_order(customer: Customer | None = None, **changes: Any) -> WorkOrder:
    """Taken by phone and not read back yet."""
    return order(customer, channel="phone", **changes)


def confirmed_order(customer: Customer | None = None, **changes: Any) -> WorkOrder:
    by = changes.pop("by", None) or UserFactory()
    made = order(customer, by=by, **changes)
    return services.confirm_order(order_id=made.pk, by=by, at=timezone.now()).order


def seasoned_customer(**fields: Any) -> Customer:
    """A customer whose first order was confirmed long ago: no first-time rule applies."""
    customer = ready_customer(**fields)
    confirmed_order(customer, at=timezone.now() - timedelta(minutes=1))
    return customer


def declare(customer: Customer, *, by: User, declared: int = 3) -> DeclaredCount:
    """The customer says how many orders it sent today; three more than came, unless told otherwise."""
    now = timezone.now()
    return services.declare_count(
        customer=customer, day=timezone.localdate(now), declared=declared, by=by, at=now
    )
