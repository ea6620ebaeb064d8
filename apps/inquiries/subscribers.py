"""What happened to a shipment is pushed to those who follow it by Kuaidi100."""

from apps.events.models import Event
from apps.events.subscriptions import subscribe_many
from apps.inquiries.services.pushing import make_due


@subscribe_many("waybill.status_changed", name="inquiries.wake_status")
def push_on_status(events: list[Event]) -> None:
    make_due({int(event.subject_id) for event in events})


@subscribe_many("waybill.event_corrected", name="inquiries.wake_correction")
def push_on_correction(events: list[Event]) -> None:
    make_due({int(event.subject_id) for event in events})
