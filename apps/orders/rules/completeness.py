"""What an order must say before it can be confirmed (ORD-1, ORD-4)."""

from apps.customers.enums import JobType
from apps.orders.enums import Channel, OrderStatus
from apps.orders.models import WorkOrder

REQUIRED = (
    "pickup_contact",
    "pickup_phone",
    "origin_city",
    "pickup_address",
    "delivery_contact",
    "delivery_phone",
    "destination_city",
    "delivery_address",
    "goods_name",
    "pieces",
    "weight_g",
)


def missing_fields(order: WorkOrder) -> list[str]:
    """Names of empty fields that confirmation needs, in speaking order."""
    missing = [name for name in REQUIRED if not getattr(order, name)]
    if order.job_type == JobType.DEDICATED and not order.vehicle_type:
        missing.insert(0, "vehicle_type")
    return missing


def settled_status(order: WorkOrder) -> OrderStatus:
    """The state an unconfirmed order's own content puts it in; a hold stays a hold."""
    if order.status == OrderStatus.HELD:
        return OrderStatus.HELD
    if missing_fields(order):
        return OrderStatus.DRAFT
    if order.channel == Channel.PHONE and order.read_back_at is None:
        return OrderStatus.AWAITING_READ_BACK
    return OrderStatus.READY
