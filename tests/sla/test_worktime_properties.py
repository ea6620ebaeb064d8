"""What must hold of every calendar, start, target and set of pauses (CMP-2)."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from apps.sla.worktime import (
    ALWAYS,
    WorkCalendar,
    due_after,
    due_after_days,
    elapsed,
    explain,
    next_opening,
    parse_week,
    shift,
    shift_days,
    written,
)

pytestmark = pytest.mark.requirement("CMP-2")

ZONES = [
    "UTC",
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Tehran",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Pacific/Apia",
]


@st.composite
def hours(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """Up to three intervals; 24:00 and touching neighbours come often."""
    marks = draw(
        st.lists(st.integers(0, 96).map(lambda n: n * 900), max_size=6, unique=True).map(sorted)
    )
    pairs = list(zip(marks[::2], marks[1::2], strict=False))
    if pairs and draw(st.booleans()):
        pairs[-1] = pairs[-1][0], 86_400
    if len(pairs) > 1 and draw(st.booleans()):
        pairs[0] = pairs[0][0], pairs[1][0]
    return tuple(pairs)


# 2009 to 2027 holds what these zones did: midnight changes, half hours, a skipped date.
days = st.dates(date(2009, 1, 1), date(2027, 12, 31))
instants = st.datetimes(
    datetime(2009, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)
) | st.sampled_from(
    [
        datetime(2015, 10, 17, 23, 59, 59, 999_999, UTC),
        datetime(2010, 11, 7, 2, 30, tzinfo=UTC),
        datetime(2011, 12, 29, 20, tzinfo=UTC),
        datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    ]
)
targets = st.integers(0, 40 * 3600)


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    week = [draw(hours()) for _ in range(7)]
    week[draw(st.integers(0, 6))] = ((9 * 3600, 17 * 3600),)  # it opens at least once a week
    return WorkCalendar(
        draw(st.sampled_from(ZONES)),
        tuple(week),
        days=draw(st.dictionaries(days, hours(), max_size=5)),
        yearly=draw(
            st.dictionaries(st.tuples(st.integers(1, 12), st.integers(1, 28)), hours(), max_size=3)
        ),
    )


@st.composite
def pauses_after(
    draw: st.DrawFn, start: datetime, most: int = 4
) -> list[tuple[datetime, datetime | None]]:
    """Before, over and after the start, overlapping, inverted; all of them end."""
    steps = st.integers(-3 * 86_400, 6 * 86_400).map(lambda s: start + timedelta(seconds=s))
    return draw(st.lists(st.tuples(steps, steps), max_size=most))


@given(calendars(), instants, targets, st.data())
def test_due_is_the_earliest_instant_by_which_the_target_ran(
    cal: WorkCalendar, start: datetime, seconds: int, data: st.DataObject
) -> None:
    pauses = data.draw(pauses_after(start))
    due = due_after(cal, start, seconds, pauses)
    assert due >= start
    assert due.tzinfo is UTC
    assert elapsed(cal, start, due, pauses) == seconds
    if seconds:
        before = due - timedelta(microseconds=1)
        assert elapsed(cal, start, before, pauses) == seconds - 1
    assert due == due_after(cal, start, seconds, list(reversed(pauses)))


@given(calendars(), instants, targets, targets, st.data())
def test_due_grows_with_the_target_and_with_the_start(
    cal: WorkCalendar, start: datetime, one: int, other: int, data: st.DataObject
) -> None:
    pauses = data.draw(pauses_after(start))
    low, high = sorted((one, other))
    assert due_after(cal, start, low, pauses) <= due_after(cal, start, high, pauses)
    later = start + timedelta(seconds=other)
    assert due_after(cal, start, one, pauses) <= due_after(cal, later, one, pauses)


@given(calendars(), instants, st.integers(1, 40 * 3600), st.floats(0, 1), st.integers(0, 86_400))
def test_a_pause_moves_the_due_instant_by_its_working_time(
    cal: WorkCalendar, start: datetime, seconds: int, share: float, length: int
) -> None:
    start = start.replace(microsecond=0)  # a pause of whole seconds
    begun = due_after(cal, start, int(seconds * share * 0.999))
    pause = begun, begun + timedelta(seconds=length)
    assume(begun < due_after(cal, start, seconds))
    moved = due_after(cal, start, seconds, [pause])
    assert moved == due_after(cal, start, seconds + elapsed(cal, *pause))


@given(calendars(), instants, targets, st.data())
def test_the_explanation_is_whole_and_adds_up(
    cal: WorkCalendar, start: datetime, seconds: int, data: st.DataObject
) -> None:
    pauses = data.draw(pauses_after(start))
    due = due_after(cal, start, seconds, pauses)
    lines = explain(cal, start, seconds, pauses)
    assert sum(line.seconds for line in lines if line.kind == "work") == seconds
    assert [line.since for line in lines][1:] == [line.until for line in lines][:-1]
    if lines:
        assert (lines[0].since, lines[-1].until) == (start, due)
    else:
        assert due == start
    tz = ZoneInfo(cal.zone)
    assert all(line.day == line.since.astimezone(tz).date() for line in lines)


@given(calendars(), instants, st.integers(0, 9 * 86_400), st.integers(0, 9 * 86_400), st.data())
def test_elapsed_adds_up_over_any_cut(
    cal: WorkCalendar, start: datetime, one: int, other: int, data: st.DataObject
) -> None:
    pauses = data.draw(pauses_after(start))
    start = start.replace(microsecond=0)  # whole seconds on both sides of the cut
    pauses = [(a.replace(microsecond=0), b and b.replace(microsecond=0)) for a, b in pauses]
    cut, end = start + timedelta(seconds=one), start + timedelta(seconds=one + other)
    whole = elapsed(cal, start, end, pauses)
    assert whole == elapsed(cal, start, cut, pauses) + elapsed(cal, cut, end, pauses)
    assert 0 <= whole <= one + other


@given(calendars(), instants, st.integers(1, 40 * 3600))
def test_back_is_the_mirror_of_forward(cal: WorkCalendar, moment: datetime, seconds: int) -> None:
    back = shift(cal, moment, -seconds)
    assert back < moment
    assert elapsed(cal, back, moment) == seconds
    assert elapsed(cal, back + timedelta(microseconds=1), moment) == seconds - 1
    assert elapsed(cal, moment, shift(cal, moment, seconds)) == seconds
    assert shift(cal, shift(cal, moment, seconds), 0) == shift(cal, moment, seconds)


@given(calendars(), instants, st.integers(1, 30))
def test_working_days_land_in_working_time(cal: WorkCalendar, moment: datetime, count: int) -> None:
    found = shift_days(cal, moment, count)
    assert found > moment
    assert shift_days(cal, moment, -count) < moment
    assert found <= shift_days(cal, moment, count + 1)
    end = due_after_days(cal, moment, count, end_of_day=True)
    assert end >= found
    if cal.zone in {"UTC", "Asia/Shanghai"}:  # elsewhere the hours of a day may have been skipped
        assert cal.is_open(found) or cal.is_open(found - timedelta(microseconds=1))


@given(calendars(), instants)
def test_the_next_opening_is_open_and_nothing_opens_before(
    cal: WorkCalendar, moment: datetime
) -> None:
    opening = next_opening(cal, moment)
    assert cal.is_open(opening)
    assert elapsed(cal, moment, opening) == 0
    assert next_opening(cal, opening) == opening


@given(instants, targets, st.data())
def test_round_the_clock_has_no_short_cut_of_its_own(
    start: datetime, seconds: int, data: st.DataObject
) -> None:
    """The fast path for 7×24 answers what the long way answers."""
    long_way = WorkCalendar(ALWAYS.zone, ALWAYS.week, yearly={(2, 30): ()})
    assert (ALWAYS.is_always, long_way.is_always) == (True, False)
    pauses = data.draw(pauses_after(start))
    assert due_after(ALWAYS, start, seconds) == due_after(long_way, start, seconds)
    assert due_after(ALWAYS, start, seconds, pauses) == due_after(long_way, start, seconds, pauses)
    assert shift(ALWAYS, start, -seconds) == shift(long_way, start, -seconds)
    end = start + timedelta(seconds=seconds)
    assert elapsed(ALWAYS, start, end, pauses) == elapsed(long_way, start, end, pauses)


@given(calendars(), instants, st.integers(0, 12 * 86_400))
def test_spans_are_disjoint_and_hold_what_elapsed_counts(
    cal: WorkCalendar, start: datetime, length: int
) -> None:
    end = start + timedelta(seconds=length)
    found = list(cal.spans(start, end))
    assert all(a < b for a, b in found)
    assert all(one[1] < other[0] for one, other in pairwise(found))
    total = sum(((b - a) for a, b in found), timedelta())
    assert total // timedelta(seconds=1) == elapsed(cal, start, end)


@given(st.lists(hours(), min_size=7, max_size=7))
def test_a_week_is_read_back_as_it_was_written(week: list[tuple[tuple[int, int], ...]]) -> None:
    assert parse_week([written(day) for day in week]) == tuple(week)
