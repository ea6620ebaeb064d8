"""What happened to a shipment is pushed to those who follow it by Kuaidi100."""

from apps.events.models import Event
from apps.events.subscriptions import subscribe
from apps.inquiries.services.pushing import wake


@subscribe("waybill.status_changed", name="inquiries.wake_status")
def wake_on_status(event: Event) -> None:
    wake(int(event.subject_id))


@subscribe("waybill.event_corrected", name="inquiries.wake_correction")
def wake_on_correction(event: Event) -> None:
    wake(int(event.subject_id))
