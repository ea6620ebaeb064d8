"""What is known about those who looked at account data."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db.models import Max, QuerySet

from apps.accounts.models import DutyShift, User, UserRole
from apps.events.kinds import label_of
from apps.events.models import Event
from apps.safety.enums import AlertKind, AlertState
from apps.safety.models import AlertRule, SecurityAlert
from apps.safety.rules.access import (
    BY_ITSELF,
    MONEY_ROLES,
    REVEALS,
    VIEWS,
    AccountAccess,
    Known,
    Limit,
)

# Whoever has a shift so near is on the roster.
ROSTER = timedelta(days=14)


def limits() -> dict[AlertKind, Limit]:
    """The rules in force."""
    return {
        AlertKind(rule.kind): Limit(
            rule.most, timedelta(minutes=rule.minutes), rule.from_hour, rule.to_hour
        )
        for rule in AlertRule.objects.filter(is_active=True)
    }


def happened(fresh: Iterable[Event], longest: timedelta) -> list[AccountAccess]:
    """What the same people did in the time before, with the fresh ones; one query."""
    events = list(fresh)
    if not events:
        return []
    rows = Event.objects.filter(
        kind__in=[*REVEALS, *VIEWS, *BY_ITSELF],
        by__in={event.by_id for event in events},
        at__gt=min(event.at for event in events) - longest,
        at__lte=max(event.at for event in events),
    )
    known = {event.pk: event for event in [*rows.order_by("-pk")[:5_000], *events]}
    return [happening for event in known.values() if (happening := reading(event))]


def reading(event: Event) -> AccountAccess | None:
    """None for an event that is of no concern."""
    kind = BY_ITSELF.get(event.kind) or VIEWS.get(event.kind)
    if event.kind == "user.role_granted":
        if event.data.get("role") not in MONEY_ROLES:
            return None
        kind = AlertKind.MONEY_ROLE
    subject = f"{event.subject_type}:{event.subject_id}"
    return AccountAccess(event.pk, kind, event.by_id, event.at, subject)


def known(people: Iterable[int], first: datetime, last: datetime) -> Mapping[int, Known]:
    """Since when each has their newest role, and their shifts around that time."""
    ids = list(people)
    roles = UserRole.objects.current().filter(user__in=ids).order_by()
    since = dict(roles.values_list("user").annotate(Max("since")))
    shifts: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    rows = DutyShift.objects.filter(
        user__in=ids,
        withdrawn_at__isnull=True,
        starts_at__lt=last + ROSTER,
        ends_at__gt=first - ROSTER,
    )
    for user_id, starts_at, ends_at in rows.values_list("user", "starts_at", "ends_at"):
        shifts[user_id].append((starts_at, ends_at))
    return {pk: Known(since.get(pk), shifts.get(pk)) for pk in ids}


def in_words(alert: SecurityAlert) -> str:
    """What raised it, as its reader says it: the kind of event and the reason that was given. Kept are codes, since
    nobody knows yet who reads it in which language."""
    kind, _subject_type, _subject, reason = (*alert.what.split(" ", 3), "", "", "", "")[:4]
    return " · ".join(part for part in (label_of(kind), reason) if part)


def alert_list(user: User, view: str) -> "QuerySet[SecurityAlert]":
    """Alerts under a view of the list."""
    rows = SecurityAlert.objects.select_related("person", "answered_by", "exception")
    states = {
        "open": [AlertState.OPEN],
        "investigated": [AlertState.INVESTIGATED],
        "harmless": [AlertState.HARMLESS],
    }
    return rows.filter(state__in=states[view]) if view in states else rows
