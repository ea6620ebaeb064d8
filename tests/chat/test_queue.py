"""The queue: first come first served, fair among agents, nobody above their limit (CMP-1)."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.chat.enums import ChatState, ChatWord, TurnEnd, TurnHow
from apps.chat.models import Chat, ChatSeat, ChatTurn
from apps.chat.queries.visitor import lines_for_visitor, place_in_queue
from apps.chat.services.giving import decline_chat, give_waiting, hand_chat, take_chat
from apps.chat.services.seats import close_seat, open_seat, set_seat
from apps.chat.tasks import MAINTAIN
from apps.core.errors import BadInput, RuleBroken
from apps.events.background import overdue, record_run
from apps.events.models import Event
from tests.factories.accounts import UserFactory
from tests.factories.chats import (
    agent,
    fresh,
    lose_sight_of,
    maintain,
    pass_time,
    reply,
    round_the_clock,
    speak,
    talking,
    visitor,
)
from tests.waiting import LIMIT

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1")]


@pytest.fixture(autouse=True)
def _open_installation() -> None:
    round_the_clock()


def now() -> Any:
    return timezone.now()


def words(chat: Chat) -> list[str]:
    return list(chat.lines.exclude(word="").order_by("pk").values_list("word", flat=True))


def agents_of(*chats: Chat) -> list[Any]:
    return [fresh(chat).agent for chat in chats]


def test_whoever_came_first_is_next_and_is_told_the_place() -> None:
    one = agent(most=1)
    first, second, third = visitor(), visitor(), visitor()
    assert agents_of(first, second, third) == [one, None, None]
    assert [place_in_queue(fresh(c)) for c in (second, third)] == [1, 2]
    other = agent("李娜", most=1)
    assert agents_of(first, second, third) == [one, other, None]
    assert place_in_queue(fresh(third)) == 1


def test_time_is_asked_often_only_while_it_could_keep_somebody_waiting() -> None:
    def pause() -> float:
        record_run(MAINTAIN)
        (one,) = (one for one in overdue(-60.0) if one.task == MAINTAIN)
        return -one.seconds

    there = agent()
    ringing = visitor()
    assert pause() <= 3 and agents_of(ringing) == [there]
    lose_sight_of(there, 80)
    assert pause() <= 3, "it rings"
    close_seat(by=there, at=now())
    assert 3 < pause() <= 10, "nobody is there to have it"
    open_seat(by=there, at=now())
    assert pause() <= 3, "perhaps it may ring there again"


def test_chats_go_to_whoever_has_fewest_then_to_whoever_has_rested_longest() -> None:
    wang, li, chen = agent("王芳"), agent("李娜"), agent("陈洁")
    chats = [visitor() for _n in range(6)]
    assert agents_of(*chats[:3]) == [wang, li, chen]
    assert sorted(a.pk for a in agents_of(*chats[3:])) == sorted(a.pk for a in (wang, li, chen))
    assert fresh(visitor()).agent in (wang, li, chen)


@pytest.mark.parametrize("most", [1, 2])
def test_nobody_gets_more_than_the_limit(most: int) -> None:
    one = agent(most=most)
    chats = [visitor() for _n in range(most + 2)]
    assert [c.state for c in map(fresh, chats)].count(ChatState.OFFERED) == most
    waiting = next(c for c in map(fresh, chats) if c.state == ChatState.QUEUED)
    with pytest.raises(RuleBroken) as refusal:
        take_chat(chat_id=waiting.pk, by=one, at=now())
    assert refusal.value.code == "full"
    assert str(most) in str(refusal.value)


def test_the_limit_of_the_house_holds_where_the_seat_has_none() -> None:
    round_the_clock(most_chats=2)
    agent()
    assert [visitor().state for _n in range(3)] == ["offered", "offered", "queued"]


def test_who_is_not_there_gets_none() -> None:
    away, closed, gone, one = agent("甲"), agent("乙"), agent("丙"), agent("丁")
    lose_sight_of(away, 76)
    close_seat(by=closed, at=now())
    gone.is_active = False
    gone.save()
    assert [fresh(visitor()).agent for _n in range(3)] == [one] * 3


def test_an_agent_who_passes_it_on_is_not_asked_again_at_once() -> None:
    wang, li = agent("王芳"), agent("李娜")
    chat = visitor()
    assert chat.agent == wang
    decline_chat(chat_id=chat.pk, by=wang, at=now())
    assert fresh(chat).agent == li
    decline_chat(chat_id=chat.pk, by=li, at=now())
    assert fresh(chat).state == ChatState.QUEUED
    pass_time(91)
    give_waiting(by=UserFactory(), at=now())
    assert fresh(chat).agent in (wang, li)
    ends = list(ChatTurn.objects.filter(chat=chat).order_by("pk").values_list("end", flat=True))
    assert ends == [TurnEnd.DECLINED, TurnEnd.DECLINED, ""]


def test_a_chat_that_rings_in_vain_rings_at_somebody_else() -> None:
    wang, li = agent("王芳"), agent("李娜")
    chat = visitor()
    pass_time(46)
    assert maintain() == 1
    assert fresh(chat).agent == li
    assert ChatSeat.objects.get(user=wang).missed == 1
    assert words(chat) == [], "nobody has spoken yet, so nothing is said of it"


def test_after_two_missed_in_a_row_nothing_rings_there_any_more() -> None:
    wang, li = agent("王芳", most=2), agent("李娜", most=9)
    for _n in range(6):
        chat = visitor()
        if chat.agent != wang:
            reply(chat)
    pass_time(46)
    maintain()
    seat = ChatSeat.objects.get(user=wang)
    assert (seat.missed, seat.is_open) == (2, False)
    assert Event.objects.filter(kind="chat_seat.closed", subject_id=str(seat.pk)).exists()
    assert not Chat.objects.filter(agent=wang).exists()
    open_seat(by=wang, at=now())
    seat.refresh_from_db()
    assert (seat.missed, seat.is_open) == (0, True)
    assert li.chats.exists()


def test_a_silent_agent_is_better_than_none() -> None:
    one = agent()
    chat = visitor()
    pass_time(300)
    assert maintain() == 0
    assert fresh(chat).agent == one


def test_whoever_leaves_the_visitor_waiting_too_long_is_relieved() -> None:
    wang = agent("王芳")
    chat = talking(wang)
    reply(chat, "请稍等")
    speak(chat, "还在吗？")
    li = agent("李娜")
    pass_time(239)
    assert maintain() == 0
    pass_time(2)
    assert maintain() == 1
    chat = fresh(chat)
    assert (chat.agent, chat.state) == (li, ChatState.OFFERED)
    reply(chat, "我是李娜，我来为您查。")
    assert words(chat) == [ChatWord.JOINED, ChatWord.CALLED_ANOTHER, ChatWord.TOOK_OVER]
    shown = [line.text for line in lines_for_visitor(chat)]
    assert any("李*" in text for text in shown) and not any("李娜接手" in text for text in shown)


def test_a_lost_connection_puts_the_chat_back_at_its_old_place() -> None:
    wang = agent("王芳", most=1)
    first = talking(wang)
    reply(first)
    second, third = visitor(), visitor()
    pass_time(91)
    lose_sight_of(wang, 91)
    maintain()
    first = fresh(first)
    assert (first.state, first.agent) == (ChatState.QUEUED, None)
    assert [place_in_queue(fresh(c)) for c in (first, second, third)] == [1, 2, 3]
    assert words(first) == [ChatWord.JOINED, ChatWord.LOST]
    li = agent("李娜", most=1)
    assert agents_of(first, second, third) == [li, None, None]


def test_who_gets_up_passes_on_what_rings_and_keeps_what_is_said() -> None:
    wang = agent("王芳")
    spoken = talking(wang)
    ringing = visitor()
    assert ringing.agent == wang
    li = agent("李娜")
    close_seat(by=wang, at=now())
    assert agents_of(spoken, ringing) == [wang, li]
    assert visitor().agent == li


def test_handing_over_to_a_colleague() -> None:
    wang = agent("王芳")
    chat = talking(wang, name="张三")
    li = agent("李娜")
    hand_chat(chat_id=chat.pk, to=li, note="客户很急，电话 13800138000", by=wang, at=now())
    chat = fresh(chat)
    assert (chat.agent, chat.state) == (li, ChatState.OFFERED)
    reply(chat, "您好，我接手了。")
    assert words(chat) == [ChatWord.JOINED, ChatWord.TOOK_OVER]
    assert not any("很急" in line.text for line in lines_for_visitor(chat))
    hows = list(ChatTurn.objects.filter(chat=chat).order_by("pk").values_list("how", "end"))
    assert hows == [(TurnHow.GIVEN, TurnEnd.HANDED), (TurnHow.HANDED, "")]
    with pytest.raises(RuleBroken) as refusal:
        hand_chat(chat_id=chat.pk, to=wang, note="", by=wang, at=now())
    assert refusal.value.code == "not_yours"


def test_not_to_somebody_who_is_not_there_or_has_no_room() -> None:
    wang = agent("王芳")
    chat = talking(wang)
    full, away, never = agent("满", most=1), agent("远"), UserFactory()
    visitor()
    lose_sight_of(away, 80)
    for to in (full, away, never, wang):
        with pytest.raises(BadInput) as refusal:
            hand_chat(chat_id=chat.pk, to=to, note="", by=wang, at=now())
        assert (refusal.value.code, refusal.value.field) == ("not_there", "to")
    assert fresh(chat).agent == wang


def test_the_seat_of_an_agent_is_data() -> None:
    one = agent()
    set_seat(user=one, most=5, shown_name=" 小 王 ", by=one, at=now())
    seat = ChatSeat.objects.get(user=one)
    assert (seat.most, seat.shown_name, seat.is_open) == (5, "小 王", True)
    for most in (0, 13):
        with pytest.raises(BadInput):
            set_seat(user=one, most=most, shown_name="", by=one, at=now())
    with pytest.raises(RuleBroken):
        open_seat(by=UserFactory(), at=now())


def test_a_queue_costs_the_same_however_long(django_assert_num_queries: Any) -> None:
    agent(most=1)
    for _n in range(4):
        visitor(address=f"198.51.100.{_n}")
    maintain()
    with django_assert_num_queries(13):
        maintain()
    for _n in range(6):
        visitor(address=f"198.51.101.{_n}")
    with django_assert_num_queries(13):
        maintain()


class Racers:
    """Several people at once, each with a connection of their own."""

    def __init__(self) -> None:
        self.results: list[str] = []
        self.gate = threading.Barrier(2)

    def run(self, *acts: Any) -> list[str]:
        threads = [threading.Thread(target=self._one, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LIMIT)
        return sorted(self.results)

    def _one(self, act: Any) -> None:
        try:
            self.gate.wait(LIMIT)
            act()
            self.results.append("done")
        except RuleBroken as refusal:
            self.results.append(refusal.code)
        finally:
            connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_agents_take_the_same_chat_at_once() -> None:
    wang, li = agent("王芳", sits=False), agent("李娜", sits=False)
    sitting = agent("满", most=1)
    visitor()
    for _n in range(5):
        chat = visitor()
        assert chat.state == ChatState.QUEUED
        got = Racers().run(
            lambda c=chat: take_chat(chat_id=c.pk, by=wang, at=now()),
            lambda c=chat: take_chat(chat_id=c.pk, by=li, at=now()),
        )
        assert got == ["done", "taken"]
        chat = fresh(chat)
        assert chat.agent in (wang, li) and chat.state == ChatState.TALKING
        assert ChatTurn.objects.filter(chat=chat).count() == 1
        Chat.objects.filter(pk=chat.pk).update(agent=sitting)


@pytest.mark.django_db(transaction=True)
def test_two_givers_at_once_give_each_chat_once_and_nobody_too_many() -> None:
    wang = agent("王芳", most=2, sits=False)
    sitting = agent("满", most=1)
    visitor()
    chats = [visitor(address=f"198.51.100.{n}") for n in range(4)]
    assert all(c.state == ChatState.QUEUED for c in chats)
    ChatSeat.objects.filter(user=wang).update(is_open=True, seen_at=timezone.now())
    Racers().run(*[lambda: give_waiting(by=sitting, at=now())] * 2)
    assert agents_of(*chats) == [wang, wang, None, None]
    assert ChatTurn.objects.filter(agent=wang).count() == 2
