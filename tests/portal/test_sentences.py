"""The state in one sentence: complete in both languages, with true times and no personal data."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from apps.tracking.codes import CODES
from apps.tracking.days import by_when, day_heading, zone_name
from apps.tracking.enums import Reason, Status
from apps.tracking.wording import MOVING, STATES, state_sentence

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # 12:00 on a Sunday in Shanghai
TOMORROW_SIX = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def sentence(status: str, reason: str = "", **times: datetime | None) -> str:
    known = {"expected_at": None, "promised_at": None, "status_at": NOON, "at": NOON} | times
    return state_sentence(status, reason, **known)  # type: ignore[arg-type]  # one mapping for four names


@pytest.mark.requirement("TRK-8")
def test_as_a_person_would_say_it() -> None:
    with translation.override("en"):
        text = sentence(Status.IN_TRANSIT, expected_at=TOMORROW_SIX)
        assert text == "On its way, expected tomorrow by 18:00"
        signed = sentence(Status.DELIVERED, Reason.SELF, status_at=NOON + timedelta(minutes=-5))
        assert signed == "Delivered and signed for today at 11:55"
    with translation.override("zh-hans"):
        assert (
            sentence(Status.IN_TRANSIT, expected_at=TOMORROW_SIX) == "运输中，预计明天 18:00 前送达"
        )
        assert sentence(Status.DELIVERED, Reason.SELF) == "已签收，今天 12:00"
        assert "尚未签收" in sentence(Status.READY_FOR_PICKUP, Reason.LOCKER_OR_STATION)


def test_every_status_and_every_canonical_pair_has_words_in_both_languages() -> None:
    assert set(STATES) == set(Status.values)
    for meaning in CODES.values():
        with translation.override("en"):
            english = sentence(meaning.status, meaning.reason)
        with translation.override("zh-hans"):
            chinese = sentence(meaning.status, meaning.reason)
        assert english and english.isascii(), meaning
        assert any("\u4e00" <= c <= "\u9fff" for c in chinese), meaning
        assert chinese != english


@pytest.mark.requirement("TRK-7")
def test_a_broken_promise_is_said_and_a_past_time_is_never_expected() -> None:
    past = NOON - timedelta(hours=3)
    with translation.override("en"):
        for status in sorted(MOVING - {Status.LATE}):
            text = sentence(status, expected_at=past, promised_at=past)
            assert text.endswith(", later than promised, and we are sorry")
            assert "expected" not in text
        assert sentence(Status.LATE, promised_at=past) == "Delayed, and we are sorry"
        renewed = sentence(Status.LATE, promised_at=past, expected_at=TOMORROW_SIX)
        assert renewed == "Delayed, and we are sorry, expected tomorrow by 18:00"
        assert "expected" not in sentence(Status.RETURNING, expected_at=TOMORROW_SIX)


@pytest.mark.parametrize(
    ("moment", "english", "chinese"),
    [
        (NOON + timedelta(hours=6), "today by 18:00", "今天 18:00 前"),
        (TOMORROW_SIX, "tomorrow by 18:00", "明天 18:00 前"),
        (datetime(2026, 11, 23, 15, 59, tzinfo=UTC), "tomorrow", "明天"),
        (
            datetime(2026, 11, 25, 2, 0, tzinfo=UTC),
            "on Wednesday 25 November by 10:00",
            "11月25日 星期三 10:00 前",
        ),
        (
            datetime(2027, 1, 4, 15, 59, 59, tzinfo=UTC),
            "on Monday 4 January 2027",
            "2027年1月4日 星期一",
        ),
    ],
)
def test_by_when(moment: datetime, english: str, chinese: str) -> None:
    with translation.override("en"):
        assert by_when(moment, NOON) == english
    with translation.override("zh-hans"):
        assert by_when(moment, NOON) == chinese


def test_headings_of_days_and_the_zone() -> None:
    today = NOON.date()
    with translation.override("en"):
        assert day_heading(today, today) == "Today, Sunday 22 November"
        assert day_heading(today - timedelta(days=2), today) == "Friday 20 November"
    with translation.override("zh-hans"):
        assert day_heading(today - timedelta(days=1), today) == "昨天 11月21日 星期六"
    assert zone_name(NOON) == "UTC+8"
