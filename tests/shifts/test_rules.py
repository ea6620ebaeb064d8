"""Exact arithmetic of spans, days and patterns."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import BadInput
from apps.shifts.day_times import clock_text
from apps.shifts.rules.days import day_span, days_between, falls_on, span_on
from apps.shifts.rules.ical import Entry, calendar
from apps.shifts.rules.intervals import Missing, Span, merged, missing, present, without
from apps.shifts.rules.patterns import Line, fill, read_lines

pytestmark = pytest.mark.requirement("CMP-9")
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 12, 31, 12, tzinfo=SHANGHAI)


def hours(begins: float, ends: float) -> Span:
    return Span(NOON + timedelta(hours=begins), NOON + timedelta(hours=ends))


spans = st.lists(
    st.tuples(st.integers(-20, 60), st.integers(1, 30)).map(lambda t: hours(t[0], t[0] + t[1])),
    max_size=6,
)


@given(st.lists(spans, max_size=5), st.integers(1, 4))
def test_at_every_instant_the_people_missing_are_those_that_are_not_there(
    people: list[list[Span]], heads: int
) -> None:
    needed = hours(0, 24)
    found = missing(needed, heads, people)
    for half in range(48):
        moment = NOON + timedelta(minutes=30 * half)
        there = sum(any(s.starts_at <= moment < s.ends_at for s in mine) for mine in people)
        lacks = [one.heads for one in found if one.starts_at <= moment < one.ends_at]
        assert lacks == ([heads - there] if there < heads else [])
    assert all(a.ends_at <= b.starts_at for a, b in pairwise(found))
    assert all(a.ends_at < b.starts_at or a.heads != b.heads for a, b in pairwise(found)), (
        "as few pieces as possible"
    )


@given(spans, spans)
def test_what_is_taken_away_is_gone_and_nothing_else(ours: list[Span], gone: list[Span]) -> None:
    left = without(ours, gone)
    for half in range(-40, 200):
        moment = NOON + timedelta(minutes=30 * half)
        within = [any(s.starts_at <= moment < s.ends_at for s in one) for one in (ours, gone, left)]
        assert within[2] == (within[0] and not within[1])
    assert merged(left) == left


@given(st.integers(0, 4))
def test_a_week_of_days_is_covered_without_a_gap_and_each_missing_day_is_its_own_hours(
    gone: int,
) -> None:
    """OP05: half-open spans and 24:00 leave neither gap nor overlap, in a cycle of five weeks."""
    days = [date(2026, 12, 28) + timedelta(days=n) for n in range(35)]
    cover = [span_on(day, *day_span("00:00", "24:00"), SHANGHAI) for day in days]
    needed = Span(cover[0].starts_at, cover[-1].ends_at)
    assert missing(needed, 1, [cover]) == []
    hole = cover.pop(gone)
    assert missing(needed, 1, [cover]) == [Missing(*hole, 1)]
    halves = [
        span_on(day, *day_span(*words), SHANGHAI)
        for day in days
        for words in (("08:00", "20:00"), ("20:00", "08:00"))
    ]
    assert missing(Span(halves[0].starts_at, halves[-1].ends_at), 1, [halves]) == []


def test_who_is_away_covers_nothing_and_a_stand_in_covers_for_them() -> None:
    shifts = {1: [hours(0, 8)]}
    assert present(shifts, [(1, hours(2, 4), None)]) == {1: [hours(0, 2), hours(4, 8)]}
    found = present(shifts, [(1, hours(2, 4), 2)])
    assert found == {1: [hours(0, 2), hours(4, 8)], 2: [hours(2, 4)]}
    both = [(1, hours(2, 4), 2), (2, hours(3, 4), None)]
    assert present(shifts, both)[2] == [hours(2, 3)]


def test_one_person_on_two_rosters_counts_once() -> None:
    assert missing(hours(0, 4), 2, [[hours(0, 3), hours(1, 4)]]) == [Missing(*hours(0, 4), 1)]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("08:00", "20:00"), (480, 1200)),
        (("20:00", "08:00"), (1200, 1920)),
        (("00:00", "24:00"), (0, 1440)),
        (("22:30", "22:30"), (1350, 2790)),
    ],
)
def test_times_as_people_write_them(words: tuple[str, str], found: tuple[int, int]) -> None:
    assert day_span(*words) == found


@pytest.mark.parametrize("text", ["25:00", "24:01", "8", "08:60", "", "abc", "-1:00"])
def test_no_time_of_day(text: str) -> None:
    with pytest.raises(BadInput) as refusal:
        day_span("00:00", text)
    assert refusal.value.field == "ends"


def test_midnight_new_year_and_clocks_that_jump() -> None:
    night = span_on(date(2026, 12, 31), *day_span("22:00", "06:00"), SHANGHAI)
    assert night.ends_at == datetime(2027, 1, 1, 6, tzinfo=SHANGHAI)
    berlin = ZoneInfo("Europe/Berlin")
    short = span_on(date(2026, 3, 28), *day_span("22:00", "06:00"), berlin)
    assert short.ends_at.astimezone(UTC) - short.starts_at.astimezone(UTC) == timedelta(hours=7)
    long = span_on(date(2026, 10, 24), *day_span("22:00", "06:00"), berlin)
    assert long.ends_at.astimezone(UTC) - long.starts_at.astimezone(UTC) == timedelta(hours=9)
    assert clock_text(1440) == "24:00" and clock_text(1920) == "08:00"


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2027, 12, 30), date(2028, 1, 2)), (date(2028, 2, 27), date(2028, 3, 2))],
    ids=["year end", "leap day"],
)
def test_needs_of_nights_over_the_year_end_and_the_leap_day(first: date, last: date) -> None:
    """OP05: each night is needed once, and a shift that is taken away is missing with its own hours."""
    nights = [
        span_on(day, *day_span("22:00", "06:00"), SHANGHAI)
        for day in days_between(first, last)
        if falls_on(day, range(1, 8), "same", frozenset())
    ]
    assert len(nights) == (last - first).days + 1
    assert all(night.ends_at - night.starts_at == timedelta(hours=8) for night in nights)
    assert all(missing(night, 1, [nights]) == [] for night in nights)
    for gone in nights:
        others = [one for one in nights if one != gone]
        found = [one for night in nights for one in missing(night, 1, [others])]
        assert found == [Missing(*gone, 1)]


def test_needs_on_holidays() -> None:
    thursday, public = date(2026, 10, 1), frozenset({date(2026, 10, 1)})
    assert falls_on(thursday, [4], "same", public)
    assert not falls_on(thursday, [4], "never", public)
    assert falls_on(thursday, [], "also", public)
    assert not falls_on(date(2026, 10, 8), [], "also", public)


def test_a_pattern_moves_everybody_on_with_each_cycle() -> None:
    lines = read_lines("1 08:00-20:00 1\n1 20:00-08:00 2\n\n2 8:00-20:00", 2)
    assert lines[0] == Line(1, 480, 1200, 1)
    first = date(2026, 12, 1)
    found = list(fill(lines, 2, 3, first, first, first + timedelta(days=3)))
    assert [(one.day.day, one.line.place, one.person) for one in found] == [
        (1, 1, 0), (1, 2, 1), (2, 1, 0), (3, 1, 1), (3, 2, 2), (4, 1, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("1 08:00-20:00 1\n9 08:00-20:00 1", 2),
        ("x", 1),
        ("1 08:00-25:00", 1),
        ("1 08:00-20:00 0", 1),
    ],
)
def test_a_line_that_makes_no_sense_is_named(text: str, row: int) -> None:
    with pytest.raises(BadInput) as refusal:
        read_lines(text, 7)
    assert refusal.value.row == row and str(row) in str(refusal.value)


def test_the_calendar_file_is_folded_between_characters() -> None:
    entry = Entry("1@x", NOON, NOON + timedelta(hours=8), "客服" * 40, "上海, 浦东; 1")
    text = calendar([entry], name="班", made_at=NOON)
    assert "DTSTART:20261231T040000Z\r\n" in text and "LOCATION:上海\\, 浦东\\; 1" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "客服" * 40 in text.replace("\r\n ", "")
