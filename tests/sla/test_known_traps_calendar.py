"""Traps that other houses' clocks fell into, by number (``traps.md``): those of arithmetic and calendars."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.core.errors import BadInput
from apps.sla.worktime import (
    ALWAYS,
    StillPaused,
    WorkCalendar,
    due_after,
    elapsed,
    explain,
    next_opening,
    parse_hours,
    parse_week,
    shift,
)
from tests.sla.hours import CHINA_2026, NINE_TO_SIX, OFFICE, ROUND_THE_CLOCK, at, calendar

pytestmark = pytest.mark.requirement("CMP-2")
DAY = 86_400
TEN_TO_SIX = calendar("UTC", 5, "10:00-18:00", holidays=["2026-11-20"])
BERLIN = calendar("Europe/Berlin", 7, "09:00-18:00")


def full(zone: str) -> WorkCalendar:
    return calendar(zone, 7, "00:00-24:00")


def test_b01_round_the_clock_has_no_closed_minute_at_midnight() -> None:
    noon = at("2026-11-25T12:00+08:00")
    for cal in (ALWAYS, ROUND_THE_CLOCK):
        assert due_after(cal, noon, DAY) == noon + timedelta(days=1)
        assert cal.is_open(at("2026-11-25T23:59:30+08:00"))
        assert cal.is_open(at("2026-11-26T00:00+08:00"))
    assert parse_hours([["00:00", "24:00"]]) == ((0, DAY),)


def test_b02_hours_that_end_before_they_start_are_refused_when_saved() -> None:
    for pair in (["09:00", "00:00"], ["22:00", "06:00"], ["09:00", "09:00"]):
        with pytest.raises(BadInput) as refusal:
            parse_week([[pair], *[[]] * 6])
        assert refusal.value.code == "ends_before_start"


@pytest.mark.parametrize(
    ("zone", "start", "due"),
    [
        ("America/Sao_Paulo", "2015-10-17T22:00-03:00", "2015-10-18T06:00-02:00"),
        ("America/Sao_Paulo", "2015-10-17T23:59:59-03:00", "2015-10-18T07:59:59-02:00"),
        ("Asia/Tehran", "2015-03-21T22:00+03:30", "2015-03-22T06:00+04:30"),
        ("Asia/Beirut", "2026-03-28T22:00+02:00", "2026-03-29T06:00+03:00"),
    ],
)
def test_b03_a_midnight_that_does_not_exist_ends_no_loop(zone: str, start: str, due: str) -> None:
    assert due_after(full(zone), at(start), 7 * 3600) == at(due)
    nine = calendar(zone, 7, "09:00-24:00")
    opening = next_opening(nine, at(start) + timedelta(hours=3))
    assert opening.astimezone(ZoneInfo(zone)).strftime("%H:%M") == "09:00"


@pytest.mark.parametrize("day", range(1, 29))
def test_b04_an_hour_that_comes_twice_is_never_an_error(day: int) -> None:
    """Casablanca leaves and rejoins its time for Ramadan, Berlin in October; each wall reading counts
    as often as it comes."""
    for zone, month in (("Africa/Casablanca", 2), ("Africa/Casablanca", 9), ("Europe/Berlin", 10)):
        cal = calendar(zone, 7, "01:00-03:30")
        start = datetime(2026, month, day, tzinfo=UTC)
        for hours in range(72):
            moment = start + timedelta(hours=hours)
            due = due_after(cal, moment, 5400)
            assert elapsed(cal, moment, due) == 5400
            assert due == due_after(cal, moment, 5400)


@pytest.mark.parametrize(
    ("zone", "start", "hours", "due"),
    [
        ("Asia/Tehran", "2015-09-21T12:00+04:30", 17, "2015-09-22T04:00+03:30"),
        ("America/Sao_Paulo", "2015-02-21T22:00-02:00", 5, "2015-02-22T02:00-03:00"),
    ],
)
def test_b05_where_midnight_goes_back_to_eleven_time_goes_on(
    zone: str, start: str, hours: int, due: str
) -> None:
    assert due_after(full(zone), at(start), hours * 3600) == at(due)
    assert elapsed(full(zone), at(start), at(due)) == hours * 3600


def test_b06_a_change_of_the_clocks_within_the_span_costs_no_working_hour() -> None:
    cal = calendar("Europe/Berlin", 5, "08:00-13:00", "14:00-18:00")
    assert due_after(cal, at("2015-03-27T12:00+01:00"), 15 * 3600) == at("2015-03-31T09:00+02:00")
    assert due_after(cal, at("2026-10-23T12:00+02:00"), 15 * 3600) == at("2026-10-27T09:00+01:00")


def test_b07_closed_time_before_a_reopening_counts_like_waiting() -> None:
    waited = at("2013-06-04T09:30Z"), at("2013-06-04T09:45Z")
    closed = at("2013-06-04T10:00Z"), at("2013-06-04T10:30Z")
    found = due_after(BERLIN, at("2013-06-04T09:00Z"), 7200, [waited, closed])
    assert found == at("2013-06-04T11:45Z")


def test_b28_a_warning_an_hour_ahead_falls_into_working_time() -> None:
    cal = calendar("UTC", 5, "08:00-18:00")
    due = due_after(cal, at("2026-11-16T17:00Z"), 4 * 3600)
    assert due == at("2026-11-17T11:00Z")
    assert shift(cal, due, -3600) == at("2026-11-17T10:00Z")
    assert shift(cal, due, -4 * 3600) == at("2026-11-16T17:00Z")


def test_b32_a_pause_is_measured_by_the_same_calendar() -> None:
    weekend = [(at("2026-11-20T18:00Z"), at("2026-11-23T09:00Z"))]
    start = at("2026-11-20T16:00Z")
    assert due_after(NINE_TO_SIX, start, 5 * 3600, weekend) == at("2026-11-23T12:00Z")
    assert due_after(full("UTC"), start, 5 * 3600, weekend) == at("2026-11-23T12:00Z")


def test_b37_a_make_up_saturday_works() -> None:
    assert due_after(CHINA_2026, at("2026-02-13T17:00+08:00"), 7200) == at("2026-02-14T10:00+08:00")


def test_b38_a_half_day_has_hours_of_its_own() -> None:
    cal = WorkCalendar(
        OFFICE.zone, OFFICE.week, {date(2026, 12, 31): parse_hours([["09:00", "12:00"]])}
    )
    assert due_after(cal, at("2026-12-31T11:00+08:00"), 7200) == at("2027-01-01T10:00+08:00")


def test_b40_the_calendar_is_not_only_stored_but_used() -> None:
    cal = calendar("UTC", 5, "09:00-17:00")
    assert due_after(cal, at("2026-11-20T16:30Z"), 3600) == at("2026-11-23T09:30Z")


def test_b42_one_reading_of_hours_for_all_questions() -> None:
    """The last minute before a closing at 24:00 works, and the closing instant does not, whoever asks."""
    cal = calendar("UTC", 7, "08:00-24:00")
    last, closing = at("2026-11-25T23:59:59Z"), at("2026-11-26T00:00Z")
    assert cal.is_open(last)
    assert not cal.is_open(closing)
    assert elapsed(cal, last, closing) == 1
    assert due_after(cal, last, 1) == closing
    assert next_opening(cal, closing) == at("2026-11-26T08:00Z")
    assert list(cal.spans(last, closing + timedelta(hours=8))) == [(last, closing)]


def test_b43_waiting_over_a_holiday_is_added_where_it_was() -> None:
    start = at("2026-11-19T17:00Z")
    waited = [(at("2026-11-19T17:30Z"), at("2026-11-23T12:30Z"))]  # the 20th is a holiday
    assert due_after(TEN_TO_SIX, start, 7200, waited) == at("2026-11-23T14:00Z")
    assert elapsed(TEN_TO_SIX, start, at("2026-11-23T14:00Z"), waited) == 7200


def test_b44_instants_carry_their_offset_and_the_pause_that_lasts_is_no_due_time() -> None:
    start = at("2026-11-25T09:00+08:00")
    due = due_after(OFFICE, start, 3600)
    assert due.isoformat() == "2026-11-25T02:00:00+00:00"
    assert due == due_after(OFFICE, start.astimezone(ZoneInfo("America/New_York")), 3600)
    with pytest.raises(StillPaused):
        due_after(OFFICE, start, 3600, [(at("2026-11-25T09:30+08:00"), None)])
    closed = at("2026-11-25T09:30+08:00"), at("2026-11-25T15:00+08:00")
    assert elapsed(OFFICE, start, closed[1], [closed]) == 1800


def test_b47_a_first_answer_to_a_word_of_sunday_is_measured_from_monday() -> None:
    assert elapsed(OFFICE, at("2026-11-22T15:00+08:00"), at("2026-11-23T09:20+08:00")) == 1200


def test_b48_nothing_is_overdue_at_its_beginning_wherever_one_sits() -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Shanghai", "UTC"):
        cal = calendar(zone, 7, "00:00-24:00")
        start = at("2026-11-25T00:30:00Z").astimezone(ZoneInfo(zone))
        assert due_after(cal, start, 3600) - start == timedelta(hours=1)


def test_b49_a_calendar_open_on_one_day_only() -> None:
    tuesdays = calendar("UTC", 0, tue="09:00-12:00")
    assert due_after(tuesdays, at("2026-11-25T10:00Z"), 3600) == at("2026-12-01T10:00Z")
    assert due_after(tuesdays, at("2026-11-25T10:00Z"), 4 * 3600) == at("2026-12-08T10:00Z")
    assert elapsed(tuesdays, at("2026-11-25T10:00Z"), at("2026-12-15T10:00Z")) == 7 * 3600


def test_b58_the_explanation_lists_the_days_that_were_off() -> None:
    names = {day: "国庆节" for day in CHINA_2026.days if (day.month, day.day) > (9, 30)}
    cal = WorkCalendar(CHINA_2026.zone, CHINA_2026.week, CHINA_2026.days, names=names)
    lines = explain(cal, at("2026-09-30T17:00+08:00"), 7200)
    off = [str(line.day) for line in lines if line.kind == "closed" and line.note == "国庆节"]
    assert off == [f"2026-10-0{n}" for n in range(1, 8)]
    assert sum(line.seconds for line in lines if line.kind == "work") == 7200
