"""Times as people read them: local, with the relative time; the date when not today. And
as programs get them: one format, wherever it goes out."""

from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def now() -> datetime:
    """The present, aware, UTC. Deadlines compare with the database's clock instead."""
    return timezone.now()


def day_start(day: date, days: int = 0) -> datetime:
    """Midnight at which the day begins in the local zone; ``days`` later."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time()))


def instant(value: Any) -> datetime | None:
    """The aware moment that an event's details hold, as text or as it was; None for anything else."""
    moment = parse_datetime(value) if isinstance(value, str) else value
    return moment if isinstance(moment, datetime) and timezone.is_aware(moment) else None


def minutes_of(wait: timedelta) -> int:
    """Whole minutes to wait, rounded up, at least one: what a page promises has to be true."""
    return max(1, ceil(wait.total_seconds() / 60))


def wire(moment: datetime) -> str:
    """``2026-03-21T06:05:00Z``: RFC 3339 in UTC, with a fraction where there is one. The only way in
    which an aware ``moment`` is written for programs: API, webhooks and streams."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


class WireEncoder(DjangoJSONEncoder):
    """Times as ``wire`` writes them, in what goes out without the API's library: streams, webhooks, waybills."""

    def default(self, o: Any) -> Any:
        return wire(o) if isinstance(o, datetime) else super().default(o)


def wired(text: str | None) -> str | None:
    """The same for a time that comes as ISO 8601 with a zone: out of the database's JSON, or out
    of the record of an event."""
    return wire(datetime.fromisoformat(text)) if text else None


def span(took: timedelta | None) -> str:
    """How long something took, in whole minutes: “35 min”, “8 h”, “8 h 20 min”, “3 d 2 h”; empty for None."""
    if took is None:
        return ""
    hours, minutes = divmod(round(took.total_seconds() / 60), 60)
    days, rest = divmod(hours, 24)
    if days:
        return _("%(d)d d %(h)d h") % {"d": days, "h": rest} if rest else _("%(d)d d") % {"d": days}
    if not hours:
        return _("%(m)d min") % {"m": minutes}
    if not minutes:
        return _("%(h)d h") % {"h": hours}
    return _("%(h)d h %(m)d min") % {"h": hours, "m": minutes}


def local(moment: datetime) -> str:
    """``14:05`` today, ``03-21 14:05`` this year, ``2025-03-21 14:05`` otherwise; local zone."""
    here = timezone.localtime(moment)
    today = timezone.localtime(now())
    if here.date() == today.date():
        return here.strftime("%H:%M")
    return here.strftime("%m-%d %H:%M" if here.year == today.year else "%Y-%m-%d %H:%M")


def relative(moment: datetime, at: datetime | None = None) -> str:
    """``12 minutes ago`` or ``in 3 hours``, to the largest whole unit."""
    gap = moment - (at or now())
    past = gap < timedelta(0)
    seconds = int(abs(gap).total_seconds())
    if seconds < 60:
        return _("just now") if past else _("in a moment")
    if seconds < 3600:
        n = seconds // 60
        if past:
            return ngettext("%(n)d minute ago", "%(n)d minutes ago", n) % {"n": n}
        return ngettext("in %(n)d minute", "in %(n)d minutes", n) % {"n": n}
    if seconds < 86400:
        n = seconds // 3600
        if past:
            return ngettext("%(n)d hour ago", "%(n)d hours ago", n) % {"n": n}
        return ngettext("in %(n)d hour", "in %(n)d hours", n) % {"n": n}
    n = seconds // 86400
    if past:
        return ngettext("%(n)d day ago", "%(n)d days ago", n) % {"n": n}
    return ngettext("in %(n)d day", "in %(n)d days", n) % {"n": n}


def human(moment: datetime | None, at: datetime | None = None) -> str:
    """``14:05 · 12 minutes ago``; a dash when there is no time."""
    return "—" if moment is None else f"{local(moment)} · {relative(moment, at)}"
