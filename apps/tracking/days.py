"""Days and times as a sentence needs them: ``tomorrow by 18:00``, ``Wednesday 25 November``.

Pure: the present is always given, moments are aware, everything is said in the local zone and in
the language that is active.
"""

from datetime import date, datetime
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

# A promise at the last minute of a day is a promise of the day.
END_OF_DAY = (23, 59)


def long_date(day: date, today: date) -> str:
    """``Wednesday 25 November``, with the year when it is another one."""
    return _named(day, day.year == today.year, get_language() or "")


@lru_cache(maxsize=512)
def _named(day: date, this_year: bool, language: str) -> str:
    if language.startswith("zh"):
        return date_format(day, "n月j日 l" if this_year else "Y年n月j日 l")
    return date_format(day, "l j F" if this_year else "l j F Y")


def near_day(day: date, today: date) -> str:
    """``today``, ``tomorrow``, ``yesterday``; empty when further away."""
    return {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}.get((day - today).days, "")


def day_heading(day: date, today: date) -> str:
    """``Today, Sunday 22 November``: the heading over one day of a timeline."""
    near = {0: _("Today"), -1: _("Yesterday")}.get((day - today).days, "")
    name = long_date(day, today)
    return _("%(near)s, %(date)s") % {"near": near, "date": name} if near else name


def on_day(day: date, today: date) -> str:
    return near_day(day, today) or _("on %(date)s") % {"date": long_date(day, today)}


def by_when(moment: datetime, at: datetime) -> str:
    """``tomorrow by 18:00``; the day alone when the moment is its end."""
    here, today = timezone.localtime(moment), timezone.localtime(at).date()
    day = on_day(here.date(), today)
    if (here.hour, here.minute) >= END_OF_DAY:
        return day
    return _("%(day)s by %(time)s") % {"day": day, "time": f"{here:%H:%M}"}


def at_when(moment: datetime, at: datetime) -> str:
    """``today at 14:05``."""
    here, today = timezone.localtime(moment), timezone.localtime(at).date()
    return _("%(day)s at %(time)s") % {
        "day": on_day(here.date(), today),
        "time": f"{here:%H:%M}",
    }


def zone_name(at: datetime) -> str:
    """``UTC+8``: the zone of every time on the page."""
    offset = timezone.localtime(at).utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")
