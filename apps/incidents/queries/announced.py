"""What the site said of an incident, and what became of it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.core.site_notices import SiteNotice, publisher
from apps.events.models import Event
from apps.incidents.enums import OnSite
from apps.incidents.models import Incident


@dataclass(frozen=True, slots=True)
class PublicNotice:
    """Notice ``n``, made public by ``by`` at ``at``; ``until`` is when it leaves the site or left it."""

    n: int
    at: datetime
    by: User | None
    state: OnSite
    until: datetime | None
    ended_by: User | None = None


def announced_events(incident: Incident) -> "QuerySet[Event]":
    label = Incident._meta.label_lower
    rows = Event.objects.filter(subject_type=label, subject_id=str(incident.pk))
    return rows.filter(kind="incident.announced")


def public_notices(incident: Incident, at: datetime) -> list[PublicNotice]:
    """Newest first; two statements."""
    events = list(announced_events(incident).select_related("by").order_by("-pk"))
    shown = publisher().found([event.pk for event in events]) if events else {}
    return [
        _public_notice(incident, event, shown.get(event.pk), at, is_newest=event == events[0])
        for event in events
    ]


def _public_notice(
    incident: Incident, event: Event, row: SiteNotice | None, at: datetime, *, is_newest: bool
) -> PublicNotice:
    state, until, ended_by = OnSite.SHOWN, row.ends_at if row else None, None
    if row is None:
        state = OnSite.WAITING if incident.is_running and is_newest else OnSite.NEVER
    elif row.withdrawn_at is not None and row.withdrawn_at <= row.starts_at:
        state, until = OnSite.NEVER, None
    elif row.withdrawn_at is not None:
        state = OnSite.TAKEN_OFF if is_newest else OnSite.REPLACED
        until, ended_by = row.withdrawn_at, row.withdrawn_by
    elif row.ends_at is not None and row.ends_at <= at:
        state = OnSite.ENDED
    return PublicNotice(event.data["n"], event.at, event.by, state, until, ended_by)
