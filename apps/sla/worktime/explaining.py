"""Why a due time is what it is: the days and hours that were counted, in the order of time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from apps.sla.worktime.arithmetic import Pause, StillPaused, due_after, merged, running
from apps.sla.worktime.calendar import MICRO, Span, WorkCalendar, instant, micros

Kind = Literal["work", "pause", "closed"]


@dataclass(frozen=True)
class Line:
    """Part of one local day. ``pause`` is working time that did not count; ``note`` names the day where
    the calendar does. ``until`` is None, and ``seconds`` 0, for the pause that still lasts."""

    day: date
    since: datetime
    until: datetime | None
    seconds: int
    kind: Kind
    note: str


def explain(
    cal: WorkCalendar, start: datetime, seconds: int, pauses: Sequence[Pause] = ()
) -> list[Line]:
    """Everything between ``start`` and the due instant, without a hole: the work lines add up to
    ``seconds``. Under a pause that still lasts they add up to what had run, and it is the last line.
    Errors as for ``due_after``, except ``StillPaused``."""
    try:
        waiting, stop = None, micros(due_after(cal, start, seconds, pauses))
    except StillPaused as paused:
        waiting, stop = paused.since, micros(paused.since)
    lines: list[Line] = []
    counted: dict[Kind, int] = {"work": 0, "pause": 0, "closed": 0}
    for kind, since, until in _timeline(cal, micros(start), stop, merged(pauses)):
        for day, first, last in _by_day(cal, since, until):
            # Whole seconds of the running total, so that parts of a second never add up wrongly.
            before = counted[kind] // MICRO
            counted[kind] += last - first
            whole = counted[kind] // MICRO - before
            lines.append(
                Line(day, instant(first), instant(last), whole, kind, cal.names.get(day, ""))
            )
    if waiting is not None:
        day = cal.local_day(waiting)
        lines.append(Line(day, waiting, None, 0, "pause", cal.names.get(day, "")))
    return lines


def _timeline(
    cal: WorkCalendar, start: int, stop: int, gaps: Sequence[Span]
) -> Iterator[tuple[Kind, int, int]]:
    """(kind, since, until) from start to stop, without holes, neighbours of one kind joined."""
    waiting: tuple[Kind, int, int] | None = None
    for part in _parts(cal, start, stop, gaps):
        if waiting is not None and waiting[0] == part[0]:
            waiting = waiting[0], waiting[1], part[2]
            continue
        if waiting is not None:
            yield waiting
        waiting = part
    if waiting is not None:
        yield waiting


def _parts(
    cal: WorkCalendar, start: int, stop: int, gaps: Sequence[Span]
) -> Iterator[tuple[Kind, int, int]]:
    reached = start
    for opened, closed in cal.pieces(start, stop):
        if opened > reached:
            yield "closed", reached, opened
        reached = opened
        for since, until in running(cal, opened, closed, gaps):
            if since > reached:
                yield "pause", reached, since
            yield "work", since, until
            reached = until
        if reached < closed:
            yield "pause", reached, closed
        reached = closed
    if reached < stop:
        yield "closed", reached, stop


def _by_day(cal: WorkCalendar, since: int, until: int) -> Iterator[tuple[date, int, int]]:
    """A span cut at local midnights."""
    while since < until:
        day = cal.local_day(instant(since))
        midnight = micros(cal.at_wall(day + timedelta(days=1), 0))
        # Where the clocks go back over midnight a day comes twice: the second part has no cut left.
        last = min(until, midnight) if midnight > since else until
        yield day, since, last
        since = last
