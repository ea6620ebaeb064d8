"""Hours and calendars as people and files write them: ``[["09:00", "12:00"], ["13:00", "18:00"]]``."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.sla.worktime.calendar import DAY, Interval

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?")


def parse_hours(value: Any, *, field: str = "hours") -> tuple[Interval, ...]:
    """Intervals of one day, ascending; ``24:00`` may end one, and none means closed.

    ``BadInput`` names ``field``, the interval (from 1) and what is wrong with it.
    """
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise BadInput(
            _("%(where)s: write hours as a list of opening and closing times.") % {"where": field},
            code="hours_not_a_list",
            field=field,
        )
    found = sorted(_interval(pair, field, n) for n, pair in enumerate(value, 1))
    for one, other in pairwise(found):
        if other[0] < one[1]:
            raise BadInput(
                _("%(where)s: %(one)s and %(other)s overlap.")
                % {"where": field, "one": _spelled(one), "other": _spelled(other)},
                code="hours_overlap",
                field=field,
            )
    return tuple(found)


def parse_week(value: Any, *, field: str = "week") -> tuple[tuple[Interval, ...], ...]:
    """Seven days Monday first, or a mapping of ``mon`` … ``sun`` in which a missing day is closed.

    ``BadInput`` names the day ("week.tue"), the interval and what is wrong.
    """
    if isinstance(value, Mapping):
        unknown = [str(key) for key in value if key not in WEEKDAYS]
        if unknown:
            raise BadInput(
                _("%(where)s: there is no day “%(day)s”; use mon to sun.")
                % {"where": field, "day": unknown[0]},
                code="no_such_day",
                field=field,
            )
        value = [value.get(day, []) for day in WEEKDAYS]
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 7:
        raise BadInput(
            _("%(where)s: a week needs seven days, Monday first.") % {"where": field},
            code="week_not_seven",
            field=field,
        )
    return tuple(
        parse_hours(hours, field=f"{field}.{day}")
        for day, hours in zip(WEEKDAYS, value, strict=True)
    )


def parse_zone(value: Any, *, field: str = "zone") -> str:
    """The name of a time zone that exists here; ``BadInput`` otherwise."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, TypeError, OSError):
        raise BadInput(
            _("“%(zone)s” is not a time zone; write it like Asia/Shanghai.") % {"zone": value},
            code="no_such_zone",
            field=field,
        ) from None
    return str(value)


def written(hours: Sequence[Interval]) -> list[list[str]]:
    """The inverse of ``parse_hours``."""
    return [[clock(opens), clock(closes)] for opens, closes in hours]


def clock(seconds: int) -> str:
    """``09:30``, ``24:00``; with seconds only where there are any."""
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    return text if seconds % 60 == 0 else f"{text}:{seconds % 60:02d}"


def _interval(pair: Any, field: str, number: int) -> Interval:
    where = {"where": field, "n": number}
    if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
        raise BadInput(
            _("%(where)s, interval %(n)s: give an opening and a closing time.") % where,
            code="interval_not_a_pair",
            field=field,
        )
    opens, closes = (_seconds(text, field, number) for text in pair)
    if closes <= opens:
        raise BadInput(
            _(
                "%(where)s, interval %(n)s: %(opens)s to %(closes)s ends before it starts; use 24:00 for the end of the day."
            )
            % {**where, "opens": clock(opens), "closes": clock(closes)},
            code="ends_before_start",
            field=field,
        )
    return opens, closes


def _seconds(text: Any, field: str, number: int) -> int:
    found = _TIME.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is not None:
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        total = hours * 3600 + minutes * 60 + seconds
        if minutes < 60 and seconds < 60 and total <= DAY:
            return total
    raise BadInput(
        _("%(where)s, interval %(n)s: “%(text)s” is not a time between 00:00 and 24:00.")
        % {"where": field, "n": number, "text": text},
        code="not_a_time",
        field=field,
    )


def _spelled(interval: Interval) -> str:
    return f"{clock(interval[0])}–{clock(interval[1])}"
