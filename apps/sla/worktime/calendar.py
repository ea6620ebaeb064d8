"""Working hours: a week of hours, dated and yearly exceptions, a zone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from apps.core.errors import RuleBroken

Interval = tuple[int, int]  # seconds since local midnight, half-open
Span = tuple[int, int]  # microseconds since 1970 in UTC, half-open

DAY = 86_400
MICRO = 1_000_000
DAY_MICROS = DAY * MICRO
HORIZON = 3_660  # days: ten years, after which a search gives up
MOST_WINDOWS = 8_000  # kept per calendar; more than the horizon, so one search never thrashes

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_ONE = timedelta(microseconds=1)


class NoWorkingTime(RuleBroken):
    """The calendar has too little working time within ten years."""

    def __init__(self) -> None:
        super().__init__(
            _("This calendar has no working time within ten years: check its hours."),
            code="no_working_time",
            field="calendar",
            rule="CMP-2",
        )


def micros(moment: datetime) -> int:
    """Microseconds since 1970. ``ValueError`` for a time without a zone: it could mean anything."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return (moment - _EPOCH) // _ONE


def instant(number: int) -> datetime:
    """The inverse of ``micros``, in UTC. ``NoWorkingTime`` beyond the year 9999."""
    try:
        return _EPOCH + timedelta(microseconds=number)
    except OverflowError:
        raise NoWorkingTime from None


@dataclass(frozen=True, eq=False)
class WorkCalendar:
    """``week`` is Monday first, seven entries. ``days`` are dated exceptions with their own hours, ``()``
    closed; ``yearly`` the same for (month, day) of every year; a dated one wins over a yearly one and
    both over the week. ``names`` say what a dated exception is ("春节"), for explanations.

    ``ValueError`` for what no calendar can be: hours that end before they start, overlap or leave the day.
    """

    zone: str
    week: tuple[tuple[Interval, ...], ...]
    days: Mapping[date, tuple[Interval, ...]] = field(default_factory=dict)
    yearly: Mapping[tuple[int, int], tuple[Interval, ...]] = field(default_factory=dict)
    names: Mapping[date, str] = field(default_factory=dict)
    is_always: bool = field(init=False, default=False)
    tz: ZoneInfo = field(init=False, repr=False)
    _windows: dict[int, tuple[int, tuple[Span, ...]]] = field(
        init=False, repr=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError("a week has seven days, Monday first")
        for hours in (*self.week, *self.days.values(), *self.yearly.values()):
            check(hours)
        object.__setattr__(self, "tz", ZoneInfo(self.zone))
        whole = all(sum(e - s for s, e in hours) == DAY for hours in self.week)
        object.__setattr__(self, "is_always", whole and not self.days and not self.yearly)

    def open_on(self, day: date) -> tuple[Interval, ...]:
        """The hours of a local day, ascending; empty when closed."""
        dated = self.days.get(day)
        if dated is not None:
            return dated
        if self.yearly:
            yearly = self.yearly.get((day.month, day.day))
            if yearly is not None:
                return yearly
        return self.week[day.weekday()]

    def is_open(self, at: datetime) -> bool:
        moment = micros(at)
        spans = self.window(moment // DAY_MICROS)[1]
        return any(since <= moment < until for since, until in spans)

    def local_day(self, at: datetime) -> date:
        return at.astimezone(self.tz).date()

    def at_wall(self, day: date, seconds: int) -> datetime:
        """The instant at which the wall clock reads so, UTC; ``86400`` is the next day's midnight. Of
        two such instants the earlier; a reading that is skipped counts on from the old time."""
        naive = datetime.combine(day, datetime.min.time()) + timedelta(seconds=seconds)
        return naive.replace(tzinfo=self.tz).astimezone(UTC)

    def spans(
        self, since: datetime, until: datetime | None = None
    ) -> Iterator[tuple[datetime, datetime]]:
        """Working time from ``since`` on as UTC spans, ascending, joined where they touch and cut at
        both ends. Without ``until`` it ends after ten years."""
        start = micros(since)
        stop = start + HORIZON * DAY_MICROS if until is None else micros(until)
        waiting: Span | None = None
        for opened, closed in self.pieces(start, stop):
            if waiting is not None and waiting[1] == opened:
                waiting = waiting[0], closed
                continue
            if waiting is not None:
                yield instant(waiting[0]), instant(waiting[1])
            waiting = opened, closed
        if waiting is not None:
            yield instant(waiting[0]), instant(waiting[1])

    def pieces(self, start: int, stop: int) -> Iterator[Span]:
        """Working time between two instants in microseconds; may be cut at midnight UTC."""
        if stop <= start:
            return
        for number in range(start // DAY_MICROS, -(-stop // DAY_MICROS)):
            for opened, closed in self.window(number)[1]:
                if closed > start and opened < stop:
                    yield max(opened, start), min(closed, stop)

    def window(self, number: int) -> tuple[int, tuple[Span, ...]]:
        """The working time of the UTC day ``number`` (0 = 1970-01-01): its total and its spans."""
        found = self._windows.get(number)
        if found is None:
            if len(self._windows) >= MOST_WINDOWS:
                self._windows.clear()
            spans = tuple(self._laid_out(number * DAY_MICROS, (number + 1) * DAY_MICROS))
            found = self._windows[number] = sum(e - s for s, e in spans), spans
        return found

    def _laid_out(self, start: int, stop: int) -> Iterator[Span]:
        """The hours between two instants at most a day apart, joined where they touch."""
        waiting: Span | None = None
        for since, until, offset in self._offsets(start, stop):
            first, last = (since + offset) // DAY_MICROS, (until + offset - 1) // DAY_MICROS
            for ordinal in range(first, last + 1):
                midnight = ordinal * DAY_MICROS - offset
                for opens, closes in self._open_on_ordinal(ordinal):
                    begun = max(since, midnight + opens * MICRO)
                    ended = min(until, midnight + closes * MICRO)
                    if begun >= ended:
                        continue
                    if waiting is not None and waiting[1] == begun:
                        waiting = waiting[0], ended
                        continue
                    if waiting is not None:
                        yield waiting
                    waiting = begun, ended
        if waiting is not None:
            yield waiting

    def _open_on_ordinal(self, ordinal: int) -> tuple[Interval, ...]:
        try:
            return self.open_on(date.fromordinal(ordinal + _EPOCH_ORDINAL))
        except (ValueError, OverflowError):
            raise NoWorkingTime from None

    def _offsets(self, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
        """(since, until, offset from UTC): one piece, or two where the clocks change between."""
        before, after = self._offset(start), self._offset(stop - MICRO)
        if before == after:
            yield start, stop, before
            return
        low, high = start // MICRO, stop // MICRO - 1
        while high - low > 1:
            middle = (low + high) // 2
            if self._offset(middle * MICRO) == before:
                low = middle
            else:
                high = middle
        yield start, high * MICRO, before
        yield high * MICRO, stop, after

    def _offset(self, moment: int) -> int:
        try:
            offset = instant(moment).astimezone(self.tz).utcoffset() or timedelta()
        except OverflowError:
            raise NoWorkingTime from None
        return offset // _ONE


def check(hours: tuple[Interval, ...]) -> None:
    """``ValueError`` unless the hours ascend within one day without overlap."""
    reached = 0
    for opens, closes in hours:
        if not reached <= opens < closes <= DAY:
            raise ValueError(f"hours {hours} must ascend between 0 and {DAY} and not overlap")
        reached = closes


ALWAYS = WorkCalendar("Asia/Shanghai", (((0, DAY),),) * 7)
