"""Times as they are said on the phone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import BadInput
from apps.core.moments import read_moment

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 20, 15, 0, tzinfo=SHANGHAI)  # a Friday


def read(text: str, now: datetime = NOW) -> datetime:
    return read_moment(text, now, SHANGHAI, field="due_at")


@pytest.mark.requirement("CMP-1")
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("15:20", (20, 15, 20)),
        ("1520", (20, 15, 20)),
        ("15：20", (20, 15, 20)),
        (" 今天 18:00 ", (20, 18, 0)),
        ("明天 9:00", (21, 9, 0)),
        ("明天9:00", (21, 9, 0)),
        ("tomorrow 9:00", (21, 9, 0)),
        ("后天 1030", (22, 10, 30)),
        ("03-21 9:05", (21, 9, 5)),
        ("2026-03-21T09:05", (21, 9, 5)),
        ("3/21 09:05", (21, 9, 5)),
    ],
)
def test_a_time_is_understood_as_it_is_typed(typed: str, meant: tuple[int, int, int]) -> None:
    assert read(typed) == datetime(2026, 3, *meant, tzinfo=SHANGHAI)


def test_minutes_and_hours_from_now() -> None:
    assert read("+20") == NOW + timedelta(minutes=20)
    assert read("+20 分钟") == read("+20min") == read("+20")
    assert read("+2h") == NOW + timedelta(hours=2)


def test_around_new_year_the_next_january_is_meant() -> None:
    late = datetime(2026, 12, 31, 20, 0, tzinfo=SHANGHAI)
    assert read("01-02 9:00", late) == datetime(2027, 1, 2, 9, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize("typed", ["", "soon", "25:00", "15:61", "02-30 9:00", "+99999", "+", "15"])
def test_what_is_no_time_is_refused_with_examples(typed: str) -> None:
    with pytest.raises(BadInput) as refusal:
        read(typed)
    assert (refusal.value.code, refusal.value.field) == ("bad_moment", "due_at")


@pytest.mark.parametrize("typed", ["14:59", "15:00", "+0", "03-19 9:00", "９点"])
def test_what_is_over_is_refused_rather_than_moved_to_another_day(typed: str) -> None:
    with pytest.raises(BadInput) as refusal:
        read(typed)
    assert refusal.value.code == "past"


@given(
    now=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    minutes=st.integers(1, 14 * 24 * 60),
)
def test_so_many_minutes_from_now_is_exactly_that(now: datetime, minutes: int) -> None:
    assert read(f"+{minutes}", now) - now == timedelta(minutes=minutes)


@given(
    now=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    text=st.text(max_size=30),
)
def test_whatever_is_typed_ends_in_the_future_or_in_a_refusal(now: datetime, text: str) -> None:
    try:
        moment = read(text, now)
    except BadInput as refusal:
        assert refusal.code in ("bad_moment", "past")
    else:
        assert moment > now
