"""Patterns: a cycle of days with lines, worked by people in order. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.shifts.rules.days import day_span, days_between


class Line(NamedTuple):
    """On the ``day``-th day of the cycle (from 1) whoever has the ``place`` (from 1) works these minutes."""

    day: int
    from_minute: int
    to_minute: int
    place: int


class Planned(NamedTuple):
    day: date
    line: Line
    person: int  # index in the order of people, from 0


def read_lines(text: str, cycle: int) -> list[Line]:
    """Lines as they are typed: ``1 08:00-20:00 1``, the day of the cycle, from–to, the place. BadInput names the
    line at fault, counted from 1; empty lines are passed over."""
    found: list[Line] = []
    for n, row in enumerate(text.splitlines(), start=1):
        words = row.replace("–", "-").replace("—", "-").split()
        if not words:
            continue
        if len(words) not in (2, 3) or not words[0].isdecimal() or "-" not in words[1]:
            raise _bad(n, _("write the day, from–to and the place: 1 08:00-20:00 1"))
        place = words[2] if len(words) == 3 else "1"
        if not 1 <= int(words[0]) <= cycle:
            raise _bad(n, _("the cycle has days 1 to %(n)d") % {"n": cycle})
        if not place.isdecimal() or not 1 <= int(place) <= 50:
            raise _bad(n, _("a place is a number from 1 to 50"))
        begins, _dash, ends = words[1].partition("-")
        try:
            span = day_span(begins, ends)
        except BadInput as refusal:
            raise _bad(n, str(refusal)) from refusal
        line = Line(int(words[0]), *span, int(place))
        if line in found:
            raise _bad(n, _("this line stands there already"))
        found.append(line)
    if not found:
        raise BadInput(_("Write at least one line."), code="no_lines", field="lines")
    return sorted(found)


def _bad(n: int, why: str) -> BadInput:
    message = _("Line %(n)d: %(why)s") % {"n": n, "why": why}
    return BadInput(message, code="bad_line", field="lines", row=n)


def fill(
    lines: Sequence[Line], cycle: int, people: int, anchor: date, first: date, last: date
) -> Iterator[Planned]:
    """Who works which line on each day from ``first`` to ``last``. The cycle begins on ``anchor``; with each
    cycle everybody moves on by one place, and after the last person the first comes again."""
    by_day: dict[int, list[Line]] = {}
    for line in lines:
        by_day.setdefault(line.day, []).append(line)
    for day in days_between(max(first, anchor), last):
        turn, nth = divmod((day - anchor).days, cycle)
        for line in by_day.get(nth + 1, ()):
            yield Planned(day, line, (line.place - 1 + turn) % people)
