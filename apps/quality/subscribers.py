"""What tracking tells of shipments in trouble (TRK-7), and complaints about one that is known (CMP-5)."""

from datetime import datetime

from django.utils.dateparse import parse_datetime

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.events.models import Event
from apps.events.subscriptions import subscribe_many
from apps.quality import services
from apps.quality.enums import ExceptionKind
from apps.quality.queries.shipments import trouble_with_shipments
from apps.quality.rules import kind_of_status

# Their shipments stay locked until all of them are open, and scans of them wait as long.
AT_ONCE = 200
# A link takes some 40 ms, and the messages about them are not held up until the last one is there.
LINKS_AT_ONCE = 50


@subscribe_many("lateshipment.opened", name="quality.follow_late", most=AT_ONCE)
def follow_late(events: list[Event]) -> None:
    people = _people(events)
    services.follow_late_shipments(
        {int(event.subject_id): (people[event.by_id], event.at) for event in events}
    )


@subscribe_many("case.opened", name="quality.follow_complaint", most=LINKS_AT_ONCE)
def follow_complaint(events: list[Event]) -> None:
    """Cases that name no shipment cost nothing."""
    by_case = {int(event.subject_id): event for event in events if event.data.get("waybill")}
    concerned = trouble_with_shipments(by_case) if by_case else {}
    # In the order in which every writer locks shipments.
    for case_id, _waybill_id in sorted(concerned.items(), key=lambda pair: (pair[1], pair[0])):
        services.follow_complaint(
            case_id=case_id, by=system_user("exceptions"), at=by_case[case_id].at
        )


@subscribe_many("waybill.status_changed", name="quality.follow_trouble")
def follow_trouble(events: list[Event]) -> None:
    """Nearly all changes of status are no trouble: those cost nothing."""
    bad = [(event, kind) for event in events if (kind := _kind(event))]
    people = _people([event for event, _kind_of_it in bad])
    found = [
        services.FoundProblem(
            int(event.subject_id),
            kind,
            happened_at=_happened(event),
            known_at=event.at,
            by=people[event.by_id],
            at=event.at,
        )
        for event, kind in bad
    ]
    services.follow(found)


def _kind(event: Event) -> ExceptionKind | None:
    return kind_of_status(str(event.data.get("to", "")), str(event.data.get("reason", "")))


def _happened(event: Event) -> datetime:
    occurred_at = parse_datetime(str(event.data.get("occurred_at", "")))
    return min(occurred_at or event.at, event.at)


def _people(events: list[Event]) -> dict[int, User]:
    return User.objects.in_bulk({event.by_id for event in events}) if events else {}
