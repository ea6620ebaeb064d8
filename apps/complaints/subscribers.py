"""What tracking tells of shipments in trouble (TRK-7), and complaints about one that is known (CMP-5)."""

from datetime import datetime

from django.utils.dateparse import parse_datetime

from apps.accounts.queries import system_user
from apps.complaints import services
from apps.complaints.rules.exceptions import kind_of_status
from apps.events.models import Event
from apps.events.subscriptions import subscribe, subscribe_many


@subscribe("lateshipment.opened", name="complaints.follow_late")
def follow_late(event: Event) -> None:
    services.follow_late(late_id=int(event.subject_id), by=event.by, at=event.at)


@subscribe("case.opened", name="complaints.follow_complaint")
def follow_complaint(event: Event) -> None:
    services.follow_complaint(
        case_id=int(event.subject_id), by=system_user("exceptions"), at=event.at
    )


# Opening one takes some 40 ms. When a whole truckload is damaged, a turn is over within two or three
# seconds, and the messages about it are not held up until the last exception is open.
AT_ONCE = 50


@subscribe_many("waybill.status_changed", name="complaints.follow_trouble", most=AT_ONCE)
def follow_trouble(events: list[Event]) -> None:
    """Nearly all changes of status are no trouble: those cost nothing."""
    bad = [
        event
        for event in events
        if kind_of_status(str(event.data.get("to", "")), str(event.data.get("reason", "")))
    ]
    # In the order in which every writer locks shipments.
    for event in sorted(bad, key=lambda event: (int(event.subject_id), event.pk)):
        happened: datetime | None = parse_datetime(str(event.data.get("occurred_at", "")))
        services.follow_trouble(
            waybill_id=int(event.subject_id),
            status=str(event.data["to"]),
            reason=str(event.data["reason"]),
            happened_at=min(happened or event.at, event.at),
            by=event.by,
            at=event.at,
        )
