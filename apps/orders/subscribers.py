"""What tracking tells the orders (TRK-3)."""

from apps.events.models import Event
from apps.events.subscriptions import subscribe
from apps.orders import services


@subscribe("waybill.status_changed", name="orders.follow_waybill")
def follow_waybill(event: Event) -> None:
    services.follow_waybill(waybill_id=int(event.subject_id), by=event.by, at=event.at)
