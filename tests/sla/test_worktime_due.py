"""Due instants and elapsed working time: what the clocks of CMP-2 rest on."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.sla.worktime import (
    ALWAYS,
    NoWorkingTime,
    StillPaused,
    WorkCalendar,
    due_after,
    due_after_days,
    elapsed,
    is_open,
    next_opening,
    shift,
    shift_days,
)
from tests.sla.hours import CHINA_2026, FIXED, NINE_TO_SIX, OFFICE, at, calendar

pytestmark = pytest.mark.requirement("CMP-2")

SPLIT_BERLIN = calendar("Europe/Berlin", 5, "08:00-13:00", "14:00-18:00", holidays=FIXED)
FULL_UTC = calendar("UTC", 7, "00:00-24:00", holidays=FIXED)
FULL_SAO = calendar("America/Sao_Paulo", 7, "00:00-24:00")
FULL_TEHRAN = calendar("Asia/Tehran", 7, "00:00-24:00")
FULL_SYDNEY = calendar("Australia/Sydney", 7, "00:00-24:00", holidays=FIXED)
SHORT = calendar("UTC", 5, "09:00-17:00", tue="09:00-20:00")
ODD = calendar(
    "UTC",
    0,
    mon="09:00-17:00",
    tue="10:00-16:00",
    wed="09:00-17:00",
    thu="10:00-16:00",
    fri="09:00-17:00",
    sat="11:00-14:30",
)
LATE_MONDAY = calendar("UTC", 5, "08:30-19:00", mon="10:30-19:00")
SIMPLE = calendar("Europe/Berlin", 7, "09:00-18:00")

# calendar, start, minutes, due
PLAIN = [
    (FULL_UTC, "2015-09-21T12:00Z", 960, "2015-09-22T04:00Z"),
    (FULL_UTC, "2015-03-21T12:00Z", 1440, "2015-03-22T12:00Z"),
    (FULL_UTC, "2015-02-17T12:00Z", 1_051_200, "2017-02-28T12:00Z"),  # two years, yearly days out
    (FULL_UTC, "2015-02-20T22:10:05Z", 6140.25, "2015-02-25T04:30:20Z"),
    (SPLIT_BERLIN, "2015-03-27T12:00+01:00", 900, "2015-03-31T09:00+02:00"),
    (SPLIT_BERLIN, "2016-01-31T12:25:30+01:00", 2725.5, "2016-02-08T08:25:30+01:00"),
    (SPLIT_BERLIN, "2015-12-22T16:24:49+01:00", 1200, "2015-12-29T08:24:49+01:00"),
    (FULL_SYDNEY, "2016-04-02T12:00+11:00", 2460, "2016-04-04T04:00+10:00"),
    (FULL_SAO, "2015-02-21T22:10:05-02:00", 6080.25, "2015-02-26T02:30:20-03:00"),
    (FULL_SAO, "2015-10-17T22:00-03:00", 420, "2015-10-18T06:00-02:00"),  # no midnight that day
    (FULL_TEHRAN, "2015-03-21T12:00+03:30", 1020, "2015-03-22T06:00+04:30"),
    (FULL_TEHRAN, "2015-09-19T12:00+04:30", 5760, "2015-09-23T11:00+03:30"),
    (SHORT, "2024-01-15T18:00Z", 600, "2024-01-16T19:00Z"),
    (SHORT, "2024-01-15T16:00Z", 720, "2024-01-16T20:00Z"),  # ends exactly at closing
    (ODD, "2006-01-03T00:00Z", 0, "2006-01-03T10:00Z"),  # nothing to do: the first open moment
    (ODD, "2006-01-04T13:00Z", 180, "2006-01-04T16:00Z"),
    (OFFICE, "2026-11-20T17:30+08:00", 60, "2026-11-23T09:30+08:00"),
    (OFFICE, "2026-11-20T11:30+08:00", 30, "2026-11-20T12:00+08:00"),  # closing for lunch is due
    (OFFICE, "2026-11-20T11:30+08:00", 31, "2026-11-20T13:01+08:00"),
    (OFFICE, "2026-11-21T03:00+08:00", 240, "2026-11-23T14:00+08:00"),
    (CHINA_2026, "2026-02-13T17:00+08:00", 120, "2026-02-14T10:00+08:00"),  # Saturday works
    (CHINA_2026, "2026-02-14T17:30+08:00", 60, "2026-02-24T09:30+08:00"),  # nine days off
    (CHINA_2026, "2025-12-31T17:30+08:00", 60, "2026-01-04T09:30+08:00"),  # Sunday works
    (CHINA_2026, "2026-09-30T17:00+08:00", 120, "2026-10-08T10:00+08:00"),
    (CHINA_2026, "2026-10-10T17:30+08:00", 60, "2026-10-12T09:30+08:00"),
]


@pytest.mark.parametrize(("cal", "start", "minutes", "due"), PLAIN)
def test_due(cal: WorkCalendar, start: str, minutes: float, due: str) -> None:
    found = due_after(cal, at(start), round(minutes * 60))
    assert found == at(due)
    assert found.tzinfo is UTC
    assert elapsed(cal, at(start), found) == round(minutes * 60)


DAY = "2013-06-04T{}Z"

# start, minutes, pauses, due; nine to six in Berlin, two hours ahead of UTC
PAUSED = [
    ("10:15", 180, [("10:00", "10:30")], "13:30"),  # began before the start: the rest counts
    ("09:00", 120, [("09:00", "12:00")], "14:00"),
    ("09:00", 240, [("09:00", "12:00")], "16:00"),  # closing time
    ("09:00", 120, [("10:00", "15:00")], "16:00"),
    ("09:00", 120, [("09:30", "09:45"), ("10:00", "10:30")], "11:45"),
    ("09:00", 120, [("10:00", "10:30"), ("09:30", "09:45")], "11:45"),  # in any order
    ("09:00", 180, [("09:00", "10:30"), ("11:00", "11:30")], "14:00"),
    ("09:00", 60, [("09:10", "09:40"), ("09:20", "09:50")], "10:40"),  # overlap counts once
    ("09:00", 60, [("09:10", "09:50"), ("09:20", "09:30")], "10:40"),  # one within the other
    ("09:00", 60, [("09:10", "09:20"), ("09:20", "09:30")], "10:20"),  # they touch
    ("09:00", 60, [("08:00", "09:00")], "10:00"),  # over before the start
    ("09:00", 60, [("10:00", "11:00")], "10:00"),  # begins when all is done
    ("09:00", 60, [("11:00", None)], "10:00"),  # open, but later
    ("09:00", 60, [("09:30", "09:30")], "10:00"),  # empty
    ("09:00", 60, [("09:40", "09:30")], "10:00"),  # inverted: none
    ("09:00", 0, [("08:50", "09:20")], "09:20"),
]


@pytest.mark.parametrize(("start", "minutes", "pauses", "due"), PAUSED)
def test_due_with_pauses(
    start: str, minutes: int, pauses: list[tuple[str, str | None]], due: str
) -> None:
    lasted = [(at(DAY.format(a)), at(DAY.format(b)) if b else None) for a, b in pauses]
    found = due_after(SIMPLE, at(DAY.format(start)), minutes * 60, lasted)
    assert found == at(DAY.format(due))
    assert elapsed(SIMPLE, at(DAY.format(start)), found, lasted) == minutes * 60


def test_a_pause_over_a_night_costs_its_working_time_only() -> None:
    start = at("2026-11-19T15:00Z")
    pause = [(at("2026-11-19T17:00Z"), at("2026-11-20T10:00Z"))]
    assert due_after(NINE_TO_SIX, start, 4 * 3600) == at("2026-11-20T10:00Z")
    assert due_after(NINE_TO_SIX, start, 4 * 3600, pause) == at("2026-11-20T12:00Z")


def test_a_weekend_s_pause_costs_nothing() -> None:
    start = at("2026-11-20T17:00Z")
    pause = [(at("2026-11-20T18:00Z"), at("2026-11-23T09:00Z"))]
    assert due_after(NINE_TO_SIX, start, 7200, pause) == due_after(NINE_TO_SIX, start, 7200)


def test_seconds_of_a_pause_are_kept() -> None:
    start = at("2026-11-19T15:00Z")
    cal = calendar("UTC", 5, "10:00-18:00")
    exactly = [(at("2026-11-19T15:30Z"), at("2026-11-19T16:30:00Z"))]
    a_second_more = [(at("2026-11-19T15:30Z"), at("2026-11-19T16:30:01Z"))]
    assert due_after(cal, start, 7200, exactly) == at("2026-11-19T18:00Z")
    assert due_after(cal, start, 7200, a_second_more) == at("2026-11-20T10:00:01Z")


def test_under_an_open_pause_nothing_is_due() -> None:
    since = at("2026-11-25T09:20+08:00")
    for cal in (OFFICE, ALWAYS):
        with pytest.raises(StillPaused) as waiting:
            due_after(cal, at("2026-11-25T09:00+08:00"), 3600, [(since, None)])
        assert (waiting.value.since, waiting.value.seconds_left) == (since, 2400)
    with pytest.raises(StillPaused) as waiting:
        due_after(OFFICE, since, 3600, [(since - timedelta(hours=5), None)])
    assert (waiting.value.since, waiting.value.seconds_left) == (since, 3600)


def test_elapsed_leaves_pauses_and_closed_hours_out() -> None:
    start, end = at("2026-11-20T17:00+08:00"), at("2026-11-23T10:00+08:00")
    assert elapsed(OFFICE, start, end) == 7200
    pause = at("2026-11-20T17:30+08:00"), at("2026-11-23T09:10+08:00")
    assert elapsed(OFFICE, start, end, [pause]) == 4800
    assert elapsed(OFFICE, start, end, [(pause[0], None)]) == 1800
    assert elapsed(OFFICE, end, start) == 0
    assert elapsed(ALWAYS, start, end) == 65 * 3600
    assert elapsed(ALWAYS, start, end, [(pause[0], None)]) == 1800


@pytest.mark.parametrize(
    ("cal", "since", "until", "seconds"),
    [
        (FULL_SAO, "2015-10-17T22:00-03:00", "2015-10-18T04:00-02:00", 5 * 3600),
        (FULL_SAO, "2015-02-21T22:00-02:00", "2015-02-22T02:00-03:00", 5 * 3600),
        (FULL_TEHRAN, "2015-09-21T12:00+04:30", "2015-09-22T04:00+03:30", 17 * 3600),
        (SPLIT_BERLIN, "2016-03-25T12:15:41+01:00", "2016-03-29T10:15:41+02:00", 16 * 3600),
        (ODD, "2006-01-05T12:00Z", "2006-01-06T12:00Z", 7 * 3600),
    ],
)
def test_elapsed_where_clocks_change(
    cal: WorkCalendar, since: str, until: str, seconds: int
) -> None:
    assert elapsed(cal, at(since), at(until)) == seconds


@pytest.mark.parametrize(
    ("moment", "minutes", "expected"),
    [
        ("2034-06-09T11:45:25Z", -5, "2034-06-09T11:40:25Z"),
        ("2034-06-21T18:00Z", 120, "2034-06-22T09:30Z"),
        ("2034-06-14T19:00Z", 120, "2034-06-15T10:30Z"),
        ("2034-06-09T12:46:12Z", 600, "2034-06-12T14:16:12Z"),
        ("2034-06-22T09:00Z", -60, "2034-06-21T18:30Z"),  # over a night, backward
        ("2034-06-22T09:00Z", -30, "2034-06-22T08:30Z"),  # at the opening, not the evening before
        ("2034-06-24T12:00Z", -60, "2034-06-23T18:00Z"),  # from a day off
        ("2034-06-24T12:00Z", 0, "2034-06-24T12:00Z"),
    ],
)
def test_offsets_in_working_time(moment: str, minutes: int, expected: str) -> None:
    assert shift(LATE_MONDAY, at(moment), minutes * 60) == at(expected)


@pytest.mark.parametrize(
    ("moment", "days", "expected"),
    [
        ("2034-06-05T14:30Z", 3, "2034-06-08T14:30Z"),
        ("2034-06-14T10:00Z", 15, "2034-07-05T10:00Z"),
        ("2034-06-08T12:00Z", 3, "2034-06-13T12:00Z"),
        ("2034-06-08T12:00Z", 0, "2034-06-08T12:00Z"),
        ("2034-06-13T12:00Z", -3, "2034-06-08T12:00Z"),
        ("2034-06-10T12:00Z", 1, "2034-06-13T10:30Z"),  # Saturday is Monday's opening, a day on
        ("2034-06-10T12:00Z", -1, "2034-06-08T19:00Z"),  # Saturday is Friday's closing, a day back
        ("2034-06-09T22:00Z", 1, "2034-06-12T19:00Z"),  # after closing: that day's closing
        ("2034-06-09T09:00Z", 1, "2034-06-12T10:30Z"),  # before Monday's later opening
    ],
)
def test_offsets_in_working_days(moment: str, days: int, expected: str) -> None:
    assert shift_days(LATE_MONDAY, at(moment), days) == at(expected)


def test_a_target_in_working_days() -> None:
    cal = calendar("UTC", 5, "08:00-20:00")
    start = at("2018-11-19T10:00Z")
    assert due_after_days(cal, start, 7) == at("2018-11-28T10:00Z")
    assert due_after_days(cal, start, 7, end_of_day=True) == at("2018-11-28T20:00Z")
    full = calendar("UTC", 5, "00:00-24:00")
    assert due_after_days(full, start, 7, end_of_day=True) == at("2018-11-29T00:00Z")
    weekend = [(at("2018-11-23T20:00Z"), at("2018-11-26T09:00Z"))]
    assert due_after_days(cal, start, 7, weekend) == at("2018-11-28T11:00Z")
    assert due_after_days(cal, at("2018-11-24T10:00Z"), 0) == at("2018-11-26T08:00Z")
    with pytest.raises(ValueError, match="negative"):
        due_after_days(cal, start, -1)
    assert shift_days(OFFICE, at("2026-11-20T12:30+08:00"), 1) == at("2026-11-23T12:00+08:00")


def test_a_time_of_day_keeps_its_parts_of_a_second() -> None:
    start = at("2026-11-20T10:00:00.250000+08:00")
    assert shift_days(OFFICE, start, 1) == at("2026-11-23T10:00:00.250000+08:00")
    assert due_after(OFFICE, start, 60) == at("2026-11-20T10:01:00.250000+08:00")


def test_opening() -> None:
    assert next_opening(OFFICE, at("2026-11-21T03:00+08:00")) == at("2026-11-23T09:00+08:00")
    assert next_opening(OFFICE, at("2026-11-23T10:00+08:00")) == at("2026-11-23T10:00+08:00")
    assert next_opening(OFFICE, at("2026-11-23T12:00+08:00")) == at("2026-11-23T13:00+08:00")
    assert not is_open(OFFICE, at("2026-11-23T12:00+08:00"))
    assert is_open(OFFICE, at("2026-11-23T11:59:59.999999+08:00"))


def test_a_calendar_without_hours_is_said_to_have_none() -> None:
    never = WorkCalendar("UTC", ((),) * 7)
    start = at("2026-11-20T17:30Z")
    for ask in (
        lambda: due_after(never, start, 60),
        lambda: due_after(never, start, 60, [(start, start + timedelta(hours=1))]),
        lambda: shift(never, start, -60),
        lambda: shift_days(never, start, 1),
        lambda: shift_days(never, datetime.max.replace(tzinfo=UTC), 1),
        lambda: next_opening(never, start),
        lambda: due_after(NINE_TO_SIX, start, 11 * 366 * 86_400),
        lambda: due_after(ALWAYS, start, 11 * 366 * 86_400),
        lambda: due_after(ALWAYS, datetime.max.replace(tzinfo=UTC), 60),
        lambda: due_after(NINE_TO_SIX, datetime.max.replace(tzinfo=UTC), 60),
    ):
        with pytest.raises(NoWorkingTime):
            ask()
    assert elapsed(never, start, start + timedelta(days=30)) == 0


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        due_after(OFFICE, datetime(2026, 11, 20, 9), 60)
    with pytest.raises(ValueError, match="negative"):
        due_after(OFFICE, at("2026-11-20T09:00Z"), -1)
