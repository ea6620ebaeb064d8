"""What tracking tells of shipments in trouble (TRK-7), and complaints about one that is known (CMP-5)."""

from collections import defaultdict
from datetime import datetime

from django.utils.dateparse import parse_datetime

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.complaints import services
from apps.complaints.enums import ExceptionKind
from apps.complaints.rules.exceptions import kind_of_status
from apps.events.models import Event
from apps.events.subscriptions import subscribe, subscribe_many

# Their shipments stay locked until all of them are open, and scans of them wait as long.
AT_ONCE = 200


@subscribe_many("lateshipment.opened", name="complaints.follow_late", most=AT_ONCE)
def follow_late(events: list[Event]) -> None:
    for (by, at), mine in _by_hand(events):
        services.follow_late_shipments([int(event.subject_id) for event in mine], by=by, at=at)


@subscribe("case.opened", name="complaints.follow_complaint")
def follow_complaint(event: Event) -> None:
    services.follow_complaint(
        case_id=int(event.subject_id), by=system_user("exceptions"), at=event.at
    )


@subscribe_many("waybill.status_changed", name="complaints.follow_trouble")
def follow_trouble(events: list[Event]) -> None:
    """Nearly all changes of status are no trouble: those cost nothing."""
    for (by, at), mine in _by_hand([event for event in events if _kind(event)]):
        found = [
            services.Trouble(int(event.subject_id), kind, _happened(event), event.at)
            for event in mine
            if (kind := _kind(event))
        ]
        for start in range(0, len(found), AT_ONCE):
            services.follow(found[start : start + AT_ONCE], by=by, at=at)


def _kind(event: Event) -> ExceptionKind | None:
    return kind_of_status(str(event.data.get("to", "")), str(event.data.get("reason", "")))


def _happened(event: Event) -> datetime:
    told = parse_datetime(str(event.data.get("occurred_at", "")))
    return min(told or event.at, event.at)


def _by_hand(events: list[Event]) -> list[tuple[tuple[User, datetime], list[Event]]]:
    """Those that one hand wrote at one instant, which a batch of scans or a sweep does, together."""
    people = User.objects.in_bulk({event.by_id for event in events}) if events else {}
    groups: dict[tuple[int, datetime], list[Event]] = defaultdict(list)
    for event in events:
        groups[event.by_id, event.at].append(event)
    return [((people[by], at), mine) for (by, at), mine in groups.items()]
