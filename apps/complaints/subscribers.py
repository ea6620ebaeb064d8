"""What tracking tells of shipments in trouble (TRK-7), and complaints about one that is known (CMP-5)."""

from datetime import datetime

from django.utils.dateparse import parse_datetime

from apps.accounts.queries import system_user
from apps.complaints import services
from apps.complaints.queries.shipments import trouble_with_shipments
from apps.complaints.rules.exceptions import kind_of_status
from apps.events.models import Event
from apps.events.subscriptions import subscribe, subscribe_many


@subscribe("lateshipment.opened", name="complaints.follow_late")
def follow_late(event: Event) -> None:
    services.follow_late(late_id=int(event.subject_id), by=event.by, at=event.at)


# Opening one takes some 40 ms. When a whole truckload is damaged, a turn is over within two or three
# seconds, and the messages about it are not held up until the last exception is open.
AT_ONCE = 50


@subscribe_many("case.opened", name="complaints.follow_complaint", most=AT_ONCE)
def follow_complaint(events: list[Event]) -> None:
    """Most cases are no trouble with a shipment: those cost nothing."""
    by_case = {int(event.subject_id): event for event in events}
    concerned = trouble_with_shipments(by_case)
    # In the order in which every writer locks shipments.
    for case_id, _waybill_id in sorted(concerned.items(), key=lambda pair: (pair[1], pair[0])):
        services.follow_complaint(
            case_id=case_id, by=system_user("exceptions"), at=by_case[case_id].at
        )


@subscribe_many("waybill.status_changed", name="complaints.follow_trouble", most=AT_ONCE)
def follow_trouble(events: list[Event]) -> None:
    """Nearly all changes of status are no trouble: those cost nothing."""
    bad = [
        event
        for event in events
        if kind_of_status(str(event.data.get("to", "")), str(event.data.get("reason", "")))
    ]
    # In that order here too.
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
