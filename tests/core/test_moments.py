"""Times as they are said on the phone, in both languages."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import BadInput
from apps.core.moments import read_moment

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 18, 15, 0, tzinfo=SHANGHAI)  # a Wednesday


def read(text: str, now: datetime = NOW) -> datetime:
    return read_moment(text, now, SHANGHAI, field="due_at")


@pytest.mark.requirement("CMP-1")
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("15:20", (18, 15, 20)),
        ("15点20", (18, 15, 20)),
        ("三点半", (18, 15, 30)),
        ("今晚8点", (18, 20, 0)),
        ("今晚 8:30", (18, 20, 30)),
        ("晚上八点一刻", (18, 20, 15)),
        ("晚上12点", (19, 0, 0)),
        ("今天下午5点前", (18, 17, 0)),
        ("明早9点半", (19, 9, 30)),
        ("明早", (19, 9, 0)),
        ("明天上午十点", (19, 10, 0)),
        ("明天上午", (19, 12, 0)),
        ("明天中午", (19, 12, 0)),
        ("明天中午1点", (19, 13, 0)),
        ("明晚", (19, 21, 0)),
        ("明天3点", (19, 15, 0)),
        ("明天03:00", (19, 3, 0)),
        ("明天前", (19, 18, 0)),
        ("后天下午3点", (20, 15, 0)),
        ("後天", None),
        ("大后天 9:00", (21, 9, 0)),
        ("周五前", (20, 18, 0)),
        ("星期五之前", (20, 18, 0)),
        ("周五上午9点", (20, 9, 0)),
        ("本周五下午", (20, 18, 0)),
        ("周一", (23, 18, 0)),
        ("下周三上午", (25, 12, 0)),
        ("周三 16:00", (18, 16, 0)),
        ("周三 9:00", (25, 9, 0)),
        ("20号下午2点", (20, 14, 0)),
        ("3月21日 9:05", (21, 9, 5)),
        ("tonight at 8", (18, 20, 0)),
        ("tonight", (18, 21, 0)),
        ("at 8 tonight", (18, 20, 0)),
        ("8pm", (18, 20, 0)),
        ("at 5", (18, 17, 0)),
        ("by 17:30", (18, 17, 30)),
        ("tomorrow 9:30", (19, 9, 30)),
        ("Tomorrow at 9", (19, 9, 0)),
        ("9:30 tomorrow", (19, 9, 30)),
        ("tomorrow morning", (19, 12, 0)),
        ("tomorrow afternoon at 3", (19, 15, 0)),
        ("by tomorrow", (19, 18, 0)),
        ("by Friday", (20, 18, 0)),
        ("before friday 10am", (20, 10, 0)),
        ("next Monday at 9 am", (23, 9, 0)),
        ("next friday", (27, 18, 0)),
    ],
)
def test_a_time_is_understood_as_it_is_typed(
    typed: str, meant: tuple[int, int, int] | None
) -> None:
    if meant is None:  # not a word of ours: refused rather than guessed
        with pytest.raises(BadInput):
            read(typed)
        return
    assert read(typed) == datetime(2026, 3, *meant, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("+20", 20),
        ("30分钟后", 30),
        ("30 分钟之内", 30),
        ("三十分钟后", 30),
        ("半小时后", 30),
        ("半个小时内", 30),
        ("一个半小时后", 90),
        ("1.5小时后", 90),
        ("两小时后", 120),
        ("两个钟头后", 120),
        ("一刻钟后", 15),
        ("2天后", 2880),
        ("in 30 minutes", 30),
        ("in half an hour", 30),
        ("in an hour", 60),
        ("within 2 hours", 120),
        ("in 3 days", 4320),
    ],
)
def test_so_long_from_now(typed: str, minutes: int) -> None:
    assert read(typed) - NOW == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "typed",
    [
        *("soon", "尽快", "25点", "明天13点下午", "上午15点", "2月30日", "15", "五", "周八", "前"),
        *("in a while", "13pm", "tomorrow at", "31号99点", "半", "+", "分钟后", "by"),
    ],
)
def test_what_is_no_time_is_refused_with_examples(typed: str) -> None:
    with pytest.raises(BadInput) as refusal:
        read(typed)
    assert refusal.value.code == "bad_moment"
    assert "明早9点半" in str(refusal.value)


@pytest.mark.parametrize("typed", ["今天上午9点", "今早8点", "本周一", "today 9:00", "this monday"])
def test_what_is_over_is_refused_rather_than_moved(typed: str) -> None:
    with pytest.raises(BadInput) as refusal:
        read(typed)
    assert refusal.value.code == "past"


def test_around_the_end_of_a_year_the_next_one_is_meant() -> None:
    late = datetime(2026, 12, 31, 20, 0, tzinfo=SHANGHAI)
    assert read("1月2日9点", late) == datetime(2027, 1, 2, 9, 0, tzinfo=SHANGHAI)
    assert read("2号上午9点", late) == datetime(2027, 1, 2, 9, 0, tzinfo=SHANGHAI)
    assert read("明早9点", late) == datetime(2027, 1, 1, 9, 0, tzinfo=SHANGHAI)


PIECES = [
    *("明天", "今晚", "周五", "下周", "上午", "晚上", "9", "12", "点", "半", ":30", "前", "后"),
    *("分钟", "小时", "号", "月", "tomorrow", " at ", "in ", "pm", "next ", "friday", "十", "两"),
]


@given(
    now=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    pieces=st.lists(st.sampled_from(PIECES), max_size=6),
)
def test_words_thrown_together_end_in_the_future_or_in_a_refusal(
    now: datetime, pieces: list[str]
) -> None:
    try:
        moment = read("".join(pieces), now)
    except BadInput as refusal:
        assert refusal.code in ("bad_moment", "past")
    else:
        assert now < moment < now + timedelta(days=400)
