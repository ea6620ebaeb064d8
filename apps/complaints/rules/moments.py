"""A time as it is said on the phone: "15:20", "1520", "+20", "明天 9:00". Pure."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from apps.core.errors import BadInput

_IN = re.compile(r"\+\s*(\d{1,5})\s*(h|小时|m|min|分|分钟)?\Z")
_CLOCK = re.compile(r"(今天|明天|后天|today|tomorrow)?\s*([0-2]?\d)\s*[:：.]?\s*([0-5]\d)\Z")
_DATED = re.compile(
    r"(?:(\d{4})[-/.])?(\d{1,2})[-/.](\d{1,2})[ T]+([0-2]?\d)[:：]?([0-5]\d)(?::\d\d)?\Z"
)
_DAYS = {"": 0, "今天": 0, "today": 0, "明天": 1, "tomorrow": 1, "后天": 2}
MOST_MINUTES = 14 * 24 * 60


def read_moment(text: str, now: datetime, zone: ZoneInfo, *, field: str) -> datetime:
    """The instant meant by ``text``, local to ``zone``, aware. ``now`` is the present, aware.

    A bare time is today's; BadInput (``past``) names it when it is over, ``bad_moment`` when it
    cannot be understood.
    """
    typed = " ".join(text.lower().split())
    local = now.astimezone(zone)
    moment = _in_a_while(typed, now) or _by_the_clock(typed, local) or _on_a_day(typed, local)
    if moment is None:
        raise BadInput(
            _("Type a time: 15:20, +20 for minutes from now, 明天 9:00 or 03-21 9:00."),
            code="bad_moment",
            field=field,
        )
    if moment <= now:
        raise BadInput(
            _("%(time)s is over already. For tomorrow type 明天 or “tomorrow” before it.")
            % {"time": text.strip()[:20]},
            code="past",
            field=field,
        )
    return moment


def _in_a_while(typed: str, now: datetime) -> datetime | None:
    found = _IN.match(typed)
    if found is None:
        return None
    minutes = int(found[1]) * (60 if found[2] in ("h", "小时") else 1)
    return now + timedelta(minutes=minutes) if minutes <= MOST_MINUTES else None


def _by_the_clock(typed: str, local: datetime) -> datetime | None:
    found = _CLOCK.match(typed)
    if found is None or int(found[2]) > 23:
        return None
    day = local.date() + timedelta(days=_DAYS[found[1] or ""])
    return datetime.combine(day, time(int(found[2]), int(found[3])), tzinfo=local.tzinfo)


def _on_a_day(typed: str, local: datetime) -> datetime | None:
    found = _DATED.match(typed.upper())
    if found is None:
        return None
    year = int(found[1] or local.year)
    month, day, hour, minute = (int(found[n]) for n in (2, 3, 4, 5))
    try:
        moment = datetime(year, month, day, hour, minute, tzinfo=local.tzinfo)
    except ValueError:
        return None
    if not found[1] and moment < local - timedelta(days=180):
        return moment.replace(year=year + 1) if (month, day) != (2, 29) else None
    return moment
