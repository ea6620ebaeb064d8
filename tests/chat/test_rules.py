"""What is due in a chat and who gets the next one: pure rules (CMP-1)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.chat.enums import ChatState, ChatWord
from apps.chat.models import ChatSettings
from apps.chat.rules import words as chat_words
from apps.chat.rules.chat import Facts, Seated, Step, checked_line, next_agent, next_step
from apps.core.errors import BadInput

T = datetime(2026, 11, 25, 10, tzinfo=UTC)
TIMES = ChatSettings(pk=1)


def after(seconds: float) -> datetime:
    return T + timedelta(seconds=seconds)


def facts(state: ChatState, **more: object) -> Facts:
    """Everybody is there, and stays there unless ``more`` says otherwise."""
    seen = after(10_000)
    return Facts(state, T, **{"visitor_seen": seen, "agent_seen": seen, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "seconds", "step"),
    [
        (facts(ChatState.QUEUED), 9000, None),
        (facts(ChatState.QUEUED, visitor_seen=T), 299, None),
        (facts(ChatState.QUEUED, visitor_seen=T), 300, Step.LEAVE),
        (facts(ChatState.OFFERED), 44.9, None),
        (facts(ChatState.OFFERED), 45, Step.CALL_ANOTHER),
        (facts(ChatState.OFFERED, agent_seen=T), 90, Step.QUEUE_AGAIN),
        # Nobody saw the agent since long before it rang: the time counts from the ringing.
        (facts(ChatState.OFFERED, agent_seen=after(-500)), 30, None),
        (facts(ChatState.TALKING, awaits_since=T), 239, None),
        (facts(ChatState.TALKING, awaits_since=T), 240, Step.CALL_ANOTHER),
        (facts(ChatState.TALKING, awaits_since=T, agent_types=True), 2400, None),
        (facts(ChatState.TALKING, awaits_since=after(-3000)), 239, None),
        (facts(ChatState.TALKING, awaits_since=T, agent_seen=T), 90, Step.QUEUE_AGAIN),
        (facts(ChatState.TALKING, quiet_since=T), 299, None),
        (facts(ChatState.TALKING, quiet_since=T), 300, Step.REMIND),
        (facts(ChatState.TALKING, quiet_since=T, is_reminded=True), 599, None),
        (facts(ChatState.TALKING, quiet_since=T, is_reminded=True), 600, Step.END),
        (facts(ChatState.TALKING, quiet_since=T), 600, Step.END),
        (facts(ChatState.TALKING), 9000, None),
        # The visitor's page is closed, but it is we who owe an answer.
        (facts(ChatState.TALKING, awaits_since=T, visitor_seen=T), 200, None),
        (facts(ChatState.OVER, ended_at=T), 1799, None),
        (facts(ChatState.OVER, ended_at=T), 1800, Step.FILE),
        (facts(ChatState.FILED, ended_at=T), 9000, None),
        (facts(ChatState.DISMISSED, ended_at=T), 9000, None),
    ],
)
def test_what_is_due(one: Facts, seconds: float, step: Step | None) -> None:
    assert next_step(one, TIMES, after(seconds)) == step


moments = st.none() | st.integers(-1000, 1000).map(after)


@given(
    state=st.sampled_from(ChatState),
    awaits=moments,
    quiet=moments,
    reminded=st.booleans(),
    visitor=moments,
    agent=moments,
    types=st.booleans(),
    now=st.integers(0, 5000),
)
def test_nobody_is_ended_while_waiting_for_us(
    state: ChatState,
    awaits: datetime | None,
    quiet: datetime | None,
    reminded: bool,
    visitor: datetime | None,
    agent: datetime | None,
    types: bool,
    now: int,
) -> None:
    """Ended or reminded only in conversation, and only after our own last word."""
    one = Facts(state, T, awaits, None if awaits else quiet, reminded, T, visitor, agent, types)
    step = next_step(one, TIMES, after(now))
    if step in (Step.END, Step.REMIND):
        assert state == ChatState.TALKING
        assert awaits is None and quiet is not None
    if step == Step.LEAVE:
        assert state in (ChatState.QUEUED, ChatState.OFFERED)
    if step in (Step.CALL_ANOTHER, Step.QUEUE_AGAIN):
        assert state in (ChatState.OFFERED, ChatState.TALKING)
    assert (step == Step.FILE) <= (state == ChatState.OVER)


def test_fewest_chats_first_then_idle_longest() -> None:
    many = Seated(1, 2, 3, after(-900))
    fresh = Seated(2, 1, 3, after(-10))
    rested = Seated(3, 1, 3, after(-600))
    full = Seated(4, 3, 3, None)
    everyone = [many, fresh, rested, full]
    assert next_agent(everyone) == 3
    assert next_agent([many, fresh, full]) == 2
    assert next_agent(everyone, resting={3}) == 2
    assert next_agent(everyone, missed={2, 3}) == 1
    assert next_agent(everyone, resting={1, 2, 3}) is None
    assert next_agent([full]) is None
    assert next_agent([]) is None


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(1, 5), st.none() | st.integers(-999, 0)),
        max_size=12,
    ),
    st.integers(1, 40),
)
def test_chats_spread_evenly_and_nobody_gets_too_many(
    people: list[tuple[int, int, int | None]], chats: int
) -> None:
    seats = {
        pk: Seated(pk, min(has, most), most, after(idle) if idle is not None else None)
        for pk, (has, most, idle) in enumerate(people)
    }
    room = sum(s.most - s.in_hand for s in seats.values())
    given_out = 0
    for n in range(chats):
        chosen = next_agent(seats.values())
        if chosen is None:
            break
        mine = seats[chosen]
        free = [s for s in seats.values() if s.in_hand < s.most]
        assert mine.in_hand == min(s.in_hand for s in free)
        seats[chosen] = Seated(chosen, mine.in_hand + 1, mine.most, after(n))
        given_out += 1
    assert given_out == min(room, chats)
    assert all(s.in_hand <= s.most for s in seats.values())


def test_a_line_is_checked() -> None:
    assert checked_line("  你好\r\n再见 ") == "你好\n再见"
    assert checked_line(" ", has_files=True) == ""
    assert len(checked_line("长" * 2000)) == 2000
    for text, code in ((" \n ", "required"), ("长" * 2001, "too_long"), ("a\x00b", "too_long")):
        with pytest.raises(BadInput) as refusal:
            checked_line(text)
        assert (refusal.value.code, refusal.value.field) == (code, "text")


def test_every_word_has_a_sentence() -> None:
    params = {"agent": "王*", "minutes": 5, "number": "CS20261125-00001"}
    params |= {"until": "2026-11-26T03:00:00+00:00"}
    for word in ChatWord:
        assert chat_words.say(word, params)
    assert chat_words.say("forgotten", {}) == ""
    assert chat_words.agent_name("", "王芳") == "王*"
    assert chat_words.agent_name("小王", "王芳") == "小王"
