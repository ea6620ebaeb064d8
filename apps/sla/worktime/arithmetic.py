"""Due instants, elapsed working time and offsets. Pure; whole seconds in, microseconds never lost."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from apps.sla.worktime.calendar import (
    DAY,
    DAY_MICROS,
    HORIZON,
    MICRO,
    NoWorkingTime,
    Span,
    WorkCalendar,
    instant,
    micros,
)

Pause = tuple[datetime, datetime | None]  # None: still open
_NEVER = 1 << 62


class StillPaused(Exception):
    """No due instant yet: the clock waits since ``since`` with ``seconds_left`` of its budget to run."""

    def __init__(self, since: datetime, seconds_left: int) -> None:
        super().__init__(f"paused since {since.isoformat()}, {seconds_left} s left")
        self.since = since
        self.seconds_left = seconds_left


def due_after(
    cal: WorkCalendar, start: datetime, seconds: int, pauses: Sequence[Pause] = ()
) -> datetime:
    """The earliest instant at which ``seconds`` of working time have run since ``start`` (CMP-2), UTC.

    Time within a pause does not run, so a pause moves the due instant by its own working time; pauses
    may overlap (counted once), lie outside working hours (no effect) or begin before ``start`` (only
    the rest counts). Zero seconds are due at the first running moment. ``StillPaused`` when an open
    pause is reached before the budget is used up, ``NoWorkingTime`` when ten years do not suffice,
    ``ValueError`` for a negative budget or a time without a zone.
    """
    if seconds < 0:
        raise ValueError("a budget is not negative")
    at, left = micros(start), seconds * MICRO
    gaps = merged(pauses) if pauses else ()
    if not gaps:
        return instant(_forward(cal, at, left))
    for opened, closed in running(cal, at, at + HORIZON * DAY_MICROS, gaps):
        if left <= closed - opened:
            return instant(opened + left)
        left -= closed - opened
    if gaps[-1][1] == _NEVER:
        raise StillPaused(instant(max(gaps[-1][0], at)), -(-left // MICRO))
    raise NoWorkingTime


def elapsed(
    cal: WorkCalendar, since: datetime, until: datetime, pauses: Sequence[Pause] = ()
) -> int:
    """Whole working seconds that ran between two instants, pauses left out; 0 when ``until`` is earlier."""
    start, stop = micros(since), micros(until)
    if stop <= start:
        return 0
    gaps = merged(pauses)
    if cal.is_always and not gaps:
        return (stop - start) // MICRO
    return sum(closed - opened for opened, closed in running(cal, start, stop, gaps)) // MICRO


def shift(cal: WorkCalendar, moment: datetime, seconds: int) -> datetime:
    """``moment`` moved by working time. Forward: the earliest such instant; backward: the latest, so
    that a warning falls on an opening rather than on the closing before it. Zero moves nothing."""
    at = micros(moment)
    if seconds == 0:
        return moment.astimezone(UTC)
    if seconds > 0:
        return instant(_forward(cal, at, seconds * MICRO))
    left = -seconds * MICRO
    if cal.is_always:
        return instant(at - left)
    first = at // DAY_MICROS
    for number in range(first, first - HORIZON, -1):
        for opened, closed in reversed(cal.window(number)[1]):
            if opened >= at:
                continue
            closed = min(closed, at)
            if left <= closed - opened:
                return instant(closed - left)
            left -= closed - opened
    raise NoWorkingTime


def shift_days(cal: WorkCalendar, moment: datetime, days: int) -> datetime:
    """``moment`` moved by whole working days to the same time of day. A day off counts as the opening of
    the next working day (backward: the closing of the last one). Where the day reached is closed at
    that time, the closing before it counts, or its opening when there is none before."""
    if days == 0:
        return moment.astimezone(UTC)
    step = 1 if days > 0 else -1
    local = moment.astimezone(cal.tz)
    day, clock = local.date(), local.hour * 3600 + local.minute * 60 + local.second
    fraction = timedelta(microseconds=local.microsecond)
    if not cal.open_on(day):
        day, fraction = _working_day(cal, day, step), timedelta(0)
        clock = cal.open_on(day)[0][0] if step > 0 else cal.open_on(day)[-1][1]
    for _ in range(abs(days)):
        day = _working_day(cal, day, step)
    held = _held(cal, day, clock)
    return cal.at_wall(day, held) + (fraction if held == clock else timedelta(0))


def due_after_days(
    cal: WorkCalendar,
    start: datetime,
    days: int,
    pauses: Sequence[Pause] = (),
    *,
    end_of_day: bool = False,
) -> datetime:
    """The due instant of a target in working days, ``end_of_day`` at the closing of the last one; the
    working time of pauses before it is added. Errors as for ``due_after``."""
    if days < 0:
        raise ValueError("a budget is not negative")
    due = shift_days(cal, start, days) if days else next_opening(cal, start)
    if end_of_day:
        day = cal.local_day(due)
        due = cal.at_wall(day, cal.open_on(day)[-1][1])
    whole = elapsed(cal, start, due)
    if elapsed(cal, start, due, pauses) == whole:
        return due
    return due_after(cal, start, whole, pauses)


def next_opening(cal: WorkCalendar, at: datetime) -> datetime:
    """``at`` itself when open, else the next opening, UTC. ``NoWorkingTime`` when there is none."""
    return instant(_forward(cal, micros(at), 0))


def is_open(cal: WorkCalendar, at: datetime) -> bool:
    return cal.is_open(at)


def merged(pauses: Sequence[Pause]) -> tuple[Span, ...]:
    """Pauses in microseconds, ascending and disjoint; an empty or inverted one is none."""
    found: list[Span] = []
    for since, until in sorted(
        (micros(since), _NEVER if until is None else micros(until)) for since, until in pauses
    ):
        if until <= since:
            continue
        if found and since <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], until)
        else:
            found.append((since, until))
    return tuple(found)


def running(cal: WorkCalendar, start: int, stop: int, gaps: Sequence[Span]) -> Iterator[Span]:
    """Working time without the gaps, ascending; ends early when a gap never does."""
    position = 0
    for opened, closed in cal.pieces(start, stop):
        while position < len(gaps) and gaps[position][1] <= opened:
            position += 1
        index = position
        while index < len(gaps) and gaps[index][0] < closed:
            if gaps[index][0] > opened:
                yield opened, gaps[index][0]
            opened = gaps[index][1]
            index += 1
        if opened == _NEVER:
            return
        if opened < closed:
            yield opened, closed


def _forward(cal: WorkCalendar, at: int, left: int) -> int:
    """The earliest instant by which ``left`` microseconds of working time have run."""
    if left > HORIZON * DAY_MICROS:
        raise NoWorkingTime
    if cal.is_always:
        return at + left
    first = at // DAY_MICROS
    for number in range(first, first + HORIZON):
        total, spans = cal.window(number)
        if total < left and number != first:
            left -= total
            continue
        for opened, closed in spans:
            if closed <= at:
                continue
            opened = max(opened, at)
            if left <= closed - opened:
                return opened + left
            left -= closed - opened
    raise NoWorkingTime


def _working_day(cal: WorkCalendar, day: date, step: int) -> date:
    """The next (or, with ``step`` -1, the last) local day with working hours."""
    for _ in range(HORIZON):
        try:
            day += timedelta(days=step)
        except OverflowError:
            break
        if cal.open_on(day):
            return day
    raise NoWorkingTime


def _held(cal: WorkCalendar, day: date, clock: int) -> int:
    """The time of day nearest before ``clock`` that is open or a closing; the opening if none is."""
    held = cal.open_on(day)[0][0]
    for opens, closes in cal.open_on(day):
        if opens <= clock:
            held = min(clock, closes)
    return min(held, DAY)
