"""Times as people read them: local, with the relative time beside; the date when not today."""

from datetime import datetime, timedelta
from math import ceil

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def now() -> datetime:
    """The present, aware, UTC. Deadlines compare with the database's clock instead."""
    return timezone.now()


def minutes_of(wait: timedelta) -> int:
    """Whole minutes to wait, rounded up, at least one: what a page promises has to be true."""
    return max(1, ceil(wait.total_seconds() / 60))


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
