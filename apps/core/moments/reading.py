"""From the words of a time to the instant that is meant. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.core.moments import words

MOST_MINUTES = 14 * 24 * 60
_DATED = re.compile(
    r"(?:(\d{4})[-/.])?(\d{1,2})[-/.](\d{1,2})[ t]+([0-2]?\d):?([0-5]\d)(?::\d\d)?\Z"
)
Found = Mapping[str, str | None]


def read_moment(text: str, now: datetime, zone: ZoneInfo, *, field: str) -> datetime:
    """The instant meant by ``text``, local to ``zone``, aware. ``now`` is the present, aware.

    A bare time is today's; a day without a time is its end of work, 18:00; a weekday is the next
    one. BadInput (``past``) names what is over, ``bad_moment`` what cannot be understood.
    """
    typed = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    local = now.astimezone(zone)
    try:
        moment = _in_a_while(typed, now) or _on_a_day(typed, local) or _in_words(typed, local)
    except (ValueError, KeyError, OverflowError):
        moment = None
    if moment is None:
        raise BadInput(
            _("Type a time: 15:20, +20, 30分钟后, 明早9点半, 周五前, tomorrow 9:30 or 03-21 9:00."),
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
    found = words.AWHILE.match(typed)
    if found is None or not (found["n"] or found["and_half"]):
        return None
    is_later = typed.startswith(("+", "in ", "within ")) or found["later"]
    if not is_later or not (found["unit"] or typed.startswith("+")):
        return None
    count = _count(found["n"] or "0") + (0.5 if found["and_half"] else 0)
    minutes = count * words.UNITS[found["unit"] or "m"]
    return now + timedelta(minutes=minutes) if minutes <= MOST_MINUTES else None


def _count(text: str) -> float:
    if text in ("half a", "half an", "半"):
        return 0.5
    if text in ("a", "an"):
        return 1
    return float(text) if text[0].isdecimal() else words.number(text)


def _on_a_day(typed: str, local: datetime) -> datetime | None:
    found = _DATED.match(typed)
    if found is None:
        return None
    year = int(found[1] or local.year)
    month, day, hour, minute = (int(found[n]) for n in (2, 3, 4, 5))
    moment = datetime(year, month, day, hour, minute, tzinfo=local.tzinfo)
    if not found[1] and moment < local - timedelta(days=180):
        return moment.replace(year=year + 1) if (month, day) != (2, 29) else None
    return moment


def _in_words(typed: str, local: datetime) -> datetime | None:
    matches = [pattern.match(typed) for pattern in words.ENGLISH]
    matches.insert(0, words.CHINESE.match(typed.replace(" ", "")))
    for match in filter(None, matches):
        found = {name: text for name, text in match.groupdict().items() if text}
        clock = _clock(found)
        day = _day(found, local)
        if (clock is None and day is None) or _is_bare_number(found, typed):
            continue
        if clock is None and found.get("part") is None and found.get("day") == "tonight":
            clock = time(words.PARTS["tonight"])
        moment = _together(day, clock, found, local)
        if moment is not None:
            return moment
    return None


def _is_bare_number(found: Found, typed: str) -> bool:
    """A "15" alone may be an hour or minutes."""
    return typed.isdecimal() and "hour" in found


def _together(
    day: date | None, clock: time | None, found: Found, local: datetime
) -> datetime | None:
    part = found.get("part") or ""
    hour = clock or time(words.PARTS.get(part, words.END_OF_DAY))
    on = day or local.date()
    if clock is not None and part in words.NIGHT and clock.hour < 5 and clock != time(12):
        on += timedelta(days=1)  # "tonight at 12", "晚上1点"
    moment = datetime.combine(on, hour, tzinfo=local.tzinfo)
    if "weekday" in found and "week" not in found and moment <= local:
        moment += timedelta(days=7)
    return moment


def _day(found: Found, local: datetime) -> date | None:
    today = local.date()
    if text := found.get("day"):
        return today + timedelta(days=words.DAYS[text])
    if text := found.get("weekday"):
        monday = today - timedelta(days=today.weekday())
        wanted = monday + timedelta(days=words.WEEKDAYS[text])
        week = found.get("week") or ""
        if week.startswith(("下", "next")):
            return wanted + timedelta(days=7)
        return wanted if week or wanted >= today else wanted + timedelta(days=7)
    if text := found.get("date"):
        return _date(int(text), found.get("month"), today)
    return today if found.get("part") else None


def _date(day: int, month: str | None, today: date) -> date:
    """The next one of that name; this year's or month's while it lasts."""
    if month:
        that = today.replace(month=int(month), day=day)
        return that if that >= today - timedelta(days=180) else that.replace(year=that.year + 1)
    if day >= today.day:
        return today.replace(day=day)
    following = today.replace(day=28) + timedelta(days=4)
    return following.replace(day=day)


def _clock(found: Found) -> time | None:
    hour_text = found.get("hour") or found.get("h2") or found.get("h3")
    if hour_text is None:
        return None
    hour, minute = words.number(hour_text), _minute(found)
    part, half_day = found.get("part") or found.get("day") or "", found.get("half_day") or ""
    if half_day:
        if not 1 <= hour <= 12:
            raise ValueError(hour_text)
        hour = hour % 12 + (12 if half_day.startswith("p") else 0)
    elif part in words.NIGHT and (hour == 12 or hour < 5):
        hour %= 12
    elif part in words.AFTERNOON or (part in ("中午", "noon") and hour < 4):
        hour += 12 if hour < 12 else 0
    elif part in words.MORNING and hour > 12:
        raise ValueError(hour_text)
    elif not part or part in words.DAYS:
        # Said without "in the afternoon", 3 is the afternoon's all the same; 03:00 is written out.
        spoken = "hour" in found and len(hour_text) == 1 and "minute" not in found
        hour += 12 if spoken and 1 <= hour <= 6 else 0
    return time(hour, minute)


def _minute(found: Found) -> int:
    if found.get("half"):
        return 30
    if quarter := found.get("quarter"):
        return 15 * words.number(quarter)
    return words.number(found.get("minute") or found.get("m2") or found.get("m3") or "0")
