"""What is open when: hours, exceptions, zones and the days on which clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from apps.core.errors import BadInput
from apps.sla.worktime import (
    ALWAYS,
    WorkCalendar,
    due_after,
    elapsed,
    explain,
    parse_hours,
    parse_week,
    written,
)
from apps.sla.worktime.reading import parse_zone
from tests.sla.hours import CHINA_2026, NINE_TO_SIX, OFFICE, at, calendar, read_calendar

pytestmark = pytest.mark.requirement("CMP-2")


def test_a_dated_day_wins_over_a_yearly_one_and_both_over_the_week() -> None:
    cal = WorkCalendar(
        "Asia/Shanghai",
        OFFICE.week,
        days={date(2026, 5, 1): ((3600, 7200),), date(2026, 5, 9): OFFICE.week[0]},
        yearly={(5, 1): (), (2, 29): ()},
    )
    assert cal.open_on(date(2026, 5, 1)) == ((3600, 7200),)
    assert cal.open_on(date(2025, 5, 1)) == ()
    assert cal.open_on(date(2028, 2, 29)) == ()
    assert cal.open_on(date(2028, 2, 28)) == OFFICE.week[0]
    assert cal.open_on(date(2026, 5, 9)) == OFFICE.week[0]  # a Saturday that works
    assert cal.open_on(date(2026, 5, 10)) == ()


def test_spans_are_joined_over_midnight_and_cut_at_the_ends() -> None:
    since = at("2026-11-23T03:00+08:00")
    assert list(ALWAYS.spans(since, since + timedelta(days=3))) == [
        (since, since + timedelta(days=3))
    ]
    found = list(OFFICE.spans(at("2026-11-23T10:00+08:00"), at("2026-11-24T09:30+08:00")))
    assert found == [
        (at("2026-11-23T10:00+08:00"), at("2026-11-23T12:00+08:00")),
        (at("2026-11-23T13:00+08:00"), at("2026-11-23T18:00+08:00")),
        (at("2026-11-24T09:00+08:00"), at("2026-11-24T09:30+08:00")),
    ]
    assert all(a.tzinfo is UTC and b.tzinfo is UTC for a, b in found)
    assert list(OFFICE.spans(since, since)) == []
    first = next(OFFICE.spans(since))
    assert first == (at("2026-11-23T09:00+08:00"), at("2026-11-23T12:00+08:00"))
    (whole,) = ALWAYS.spans(since)
    assert whole[1] - whole[0] == timedelta(days=3660)


@pytest.mark.parametrize(
    ("zone", "day", "hours", "open_seconds"),
    [
        ("Europe/Berlin", "2026-03-29", "02:15-04:00", 3600),  # 02:00 to 03:00 is skipped
        ("Europe/Berlin", "2026-03-29", "02:15-02:45", 0),
        ("Europe/Berlin", "2026-10-25", "02:15-02:45", 3600),  # comes twice
        ("Europe/Berlin", "2026-10-25", "00:00-24:00", 25 * 3600),
        ("Europe/Berlin", "2026-03-29", "00:00-24:00", 23 * 3600),
        ("America/Sao_Paulo", "2015-10-18", "00:00-24:00", 23 * 3600),  # begins at one
        ("America/Sao_Paulo", "2015-02-21", "00:00-24:00", 25 * 3600),  # its last hour twice
        ("America/St_Johns", "2010-11-06", "23:30-24:00", 3600),  # 00:01 goes back to 23:01
        ("Australia/Lord_Howe", "2026-10-04", "00:00-24:00", 23 * 3600 + 1800),
        ("Africa/Casablanca", "2026-02-15", "02:00-03:00", 7200),
        ("Pacific/Apia", "2011-12-30", "09:00-17:00", 0),  # a date that never was
    ],
)
def test_an_instant_is_open_when_the_wall_clock_says_so(
    zone: str, day: str, hours: str, open_seconds: int
) -> None:
    this = date.fromisoformat(day)
    opens, closes = parse_hours([hours.split("-")])[0]
    cal = WorkCalendar(zone, ((),) * 7, days={this: ((opens, closes),)})
    tz = ZoneInfo(zone)
    noon = datetime.combine(this, datetime.min.time(), UTC) + timedelta(hours=12)
    found = 0
    for minute in range(-2880, 2880):
        moment = noon + timedelta(minutes=minute)
        wall = moment.astimezone(tz)
        reads = wall.hour * 3600 + wall.minute * 60 + wall.second
        expected = wall.date() == this and opens <= reads < closes
        assert cal.is_open(moment) == expected, moment
        found += 60 * expected
    assert found == open_seconds
    span = noon - timedelta(days=2), noon + timedelta(days=2)
    assert elapsed(cal, *span) == open_seconds


@pytest.mark.parametrize(
    "broken",
    [
        ((7200, 3600),),
        ((3600, 3600),),
        ((0, 86_401),),
        ((-1, 5),),
        ((0, 10), (5, 20)),
        ((20, 30), (0, 10)),
    ],
)
def test_a_calendar_cannot_be_built_with_hours_that_cannot_be(
    broken: tuple[tuple[int, int], ...],
) -> None:
    with pytest.raises(ValueError, match="hours"):
        WorkCalendar("UTC", (broken, *((),) * 6))
    with pytest.raises(ValueError, match="hours"):
        WorkCalendar("UTC", ((),) * 7, days={date(2026, 1, 1): broken})
    with pytest.raises(ValueError, match="seven"):
        WorkCalendar("UTC", ((),) * 6)


@pytest.mark.parametrize(
    ("value", "code", "message"),
    [
        ("09:00-12:00", "hours_not_a_list", "week.tue"),
        ([["09:00"]], "interval_not_a_pair", "interval 1"),
        ([["09:00", "12:00"], "13:00"], "interval_not_a_pair", "interval 2"),
        ([["09:00", "00:00"]], "ends_before_start", "09:00 to 00:00"),
        ([["09:00", "09:00"]], "ends_before_start", "24:00"),
        ([["09:00", "24:01"]], "not_a_time", "24:01"),
        ([["9", "12:00"]], "not_a_time", "“9”"),
        ([[9, 12]], "not_a_time", "“9”"),
        ([["09:61", "12:00"]], "not_a_time", "09:61"),
        ([["13:00", "18:00"], ["09:00", "13:30"]], "hours_overlap", "09:00–13:30 and 13:00–18:00"),
    ],
)
def test_hours_are_refused_by_day_interval_and_fault(
    value: object, code: str, message: str
) -> None:
    with translation.override("en"), pytest.raises(BadInput) as refusal:
        parse_week({"mon": [["09:00", "18:00"]], "tue": value})
    assert (refusal.value.code, refusal.value.field) == (code, "week.tue")
    assert message in str(refusal.value)


def test_hours_are_read_as_people_write_them() -> None:
    assert parse_hours([["13:00", "24:00"], ["9:00", "12：30"]]) == (
        (9 * 3600, 12 * 3600 + 1800),
        (13 * 3600, 86_400),
    )
    assert parse_hours([]) == ()
    assert written(parse_hours([["9:00", "12:00:30"], ["23:00", "24:00"]])) == [
        ["09:00", "12:00:30"],
        ["23:00", "24:00"],
    ]
    week = parse_week([[["09:00", "12:00"]], [], [], [], [], [], []])
    assert week == (((32_400, 43_200),), (), (), (), (), (), ())
    for bad in ([[]] * 6, "always", {"monday": []}, None):
        with pytest.raises(BadInput):
            parse_week(bad)


def test_a_whole_calendar_is_read() -> None:
    cal = read_calendar(
        {
            "timezone": "Asia/Shanghai",
            "hours": {"mon": [["09:00", "18:00"]]},
            "holidays": ["2026-11-23", "02-29", "12-28"],
            "workday_exceptions": {"2026-11-28": [["10:00", "12:00"]]},
        }
    )
    assert cal.open_on(date(2026, 11, 23)) == cal.open_on(date(2026, 12, 28)) == ()
    assert cal.open_on(date(2028, 2, 29)) == ()
    assert cal.open_on(date(2026, 11, 28)) == ((36_000, 43_200),)
    for wrong in ("Asia/Peking", None, "../etc"):
        with pytest.raises(BadInput):
            parse_zone(wrong)


def test_an_explanation_names_the_days_that_did_not_count() -> None:
    named = WorkCalendar(
        CHINA_2026.zone,
        CHINA_2026.week,
        CHINA_2026.days,
        names={date(2026, 9, 25): "中秋节", date(2026, 9, 20): "补班"},
    )
    lines = explain(named, at("2026-09-24T17:00+08:00"), 2 * 3600)
    assert [(str(line.day), line.kind, line.seconds, line.note) for line in lines] == [
        ("2026-09-24", "work", 3600, ""),
        ("2026-09-24", "closed", 6 * 3600, ""),
        ("2026-09-25", "closed", 86_400, "中秋节"),
        ("2026-09-26", "closed", 86_400, ""),
        ("2026-09-27", "closed", 86_400, ""),
        ("2026-09-28", "closed", 9 * 3600, ""),
        ("2026-09-28", "work", 3600, ""),
    ]


def test_an_explanation_shows_the_pauses_and_the_one_that_lasts() -> None:
    start = at("2026-11-25T11:00+08:00")
    pauses = [(at("2026-11-25T11:30+08:00"), at("2026-11-25T14:00+08:00"))]
    lines = explain(OFFICE, start, 7200, pauses)
    assert [(line.kind, line.seconds) for line in lines] == [
        ("work", 1800),
        ("pause", 1800),
        ("closed", 3600),
        ("pause", 3600),
        ("work", 5400),
    ]
    assert lines[-1].until == due_after(OFFICE, start, 7200, pauses)
    waiting = explain(OFFICE, start, 7200, [(pauses[0][0], None)])
    assert [(line.kind, line.seconds) for line in waiting] == [("work", 1800), ("pause", 0)]
    assert (waiting[-1].since, waiting[-1].until) == (pauses[0][0], None)


def test_an_explanation_adds_up_in_parts_of_a_second() -> None:
    start = at("2026-11-25T17:59:59.400000+08:00")
    lines = explain(OFFICE, start, 2)
    assert sum(line.seconds for line in lines if line.kind == "work") == 2
    assert lines[-1].until == at("2026-11-26T09:00:01.400000+08:00")


def test_a_calendar_forgets_old_days_rather_than_growing() -> None:
    cal = WorkCalendar(NINE_TO_SIX.zone, NINE_TO_SIX.week)
    start = at("1990-01-01T09:00Z")
    assert elapsed(cal, start, start + timedelta(days=7 * 2000)) == 2000 * 5 * 9 * 3600
    assert len(cal._windows) <= 8_000


def test_the_same_hours_in_two_zones_are_different_instants() -> None:
    york, shanghai = (calendar(z, 5, "09:00-17:00") for z in ("America/New_York", "Asia/Shanghai"))
    start = at("2024-01-19T16:00-05:00")
    assert due_after(york, start, 7200) == at("2024-01-22T10:00-05:00")
    assert due_after(shanghai, start, 7200) == at("2024-01-22T11:00+08:00")
