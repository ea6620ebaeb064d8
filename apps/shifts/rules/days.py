"""Times of a day as people write them, and the instants that they are on a date. Pure."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.shifts.day_times import DAY_MINUTES
from apps.shifts.rules.intervals import Span

_TIME = re.compile(r"(\d{1,2})[:：](\d{2})")


def minutes(text: str, field: str = "") -> int:
    """Minutes after midnight of ``08:30``; ``24:00`` is the end of the day. BadInput for anything else."""
    found = _TIME.fullmatch(text.strip())
    n = int(found[1]) * 60 + int(found[2]) if found and int(found[2]) < 60 else -1
    if not 0 <= n <= DAY_MINUTES:
        raise BadInput(
            _("“%(text)s” is no time of day: write 08:00, or 24:00 for the end of the day.")
            % {"text": text.strip()[:20]},
            code="bad_time",
            field=field or None,
        )
    return n


def day_span(
    begins: str, ends: str, fields: tuple[str, str] = ("begins", "ends")
) -> tuple[int, int]:
    """Minutes from the day's midnight of “from” and “to”; a “to” that is not later is of the next morning, so
    that a span is at most 24 hours."""
    start, end = minutes(begins, fields[0]), minutes(ends, fields[1])
    if start == DAY_MINUTES:
        start = 0
    return start, end if end > start else end + DAY_MINUTES


def at_minute(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant at which clocks of ``zone`` show that time: wall-clock time also where a day has 23 or 25
    hours. A time that clocks leave out is the one an hour later; of one that comes twice the first counts."""
    days, rest = divmod(minute, DAY_MINUTES)
    wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), zone)
    return wall.astimezone(ZoneInfo("UTC")).astimezone(zone)


def span_on(day: date, from_minute: int, to_minute: int, zone: ZoneInfo) -> Span:
    """The span of a day's line on ``day``."""
    return Span(at_minute(day, from_minute, zone), at_minute(day, to_minute, zone))


def days_between(first: date, last: date) -> Iterator[date]:
    """Both included."""
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


def falls_on(day: date, weekdays: Iterable[int], holidays: str, public: frozenset[date]) -> bool:
    """Whether a need is of ``day``. ``weekdays`` are 1 (Monday) to 7; ``holidays`` says what public holidays
    (``public``) are: "same" as their weekday, "never", or "also" whatever weekday."""
    if day in public and holidays != "same":
        return holidays == "also"
    return day.isoweekday() in set(weekdays)
