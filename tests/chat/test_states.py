"""Every move of a chat, legal and not, by the services; and that the database agrees (CMP-1)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from apps.accounts.queries import public_user
from apps.chat.enums import ChatState as S
from apps.chat.models import Chat, ChatLine
from apps.chat.services import ending, giving
from apps.chat.services.ending import Closing
from apps.chat.services.filing import Filing
from apps.chat.services.rows import lock_chat, move
from apps.chat.states import CHAT_MOVES
from apps.core.errors import RuleBroken
from tests.factories.chats import (
    agent,
    begin,
    fresh,
    maintain,
    pass_time,
    reply,
    round_the_clock,
    speak,
    talking,
    visitor,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1")]


@pytest.fixture(autouse=True)
def _open_installation() -> None:
    round_the_clock()


def now() -> Any:
    return timezone.now()


def in_state(state: S) -> Chat:
    one = agent()
    chat = visitor(phone="13800138000")
    assert chat.state == S.OFFERED
    if state == S.QUEUED:
        giving.decline_chat(chat_id=chat.pk, by=one, at=now())
    elif state != S.OFFERED:
        reply(chat)
    if state == S.OVER:
        ending.leave_chat(chat_id=chat.pk, by=public_user(), at=now())
    elif state == S.FILED:
        ending.close_chat(chat_id=chat.pk, closing=Closing(Filing()), by=one, at=now())
    elif state == S.DISMISSED:
        ending.dismiss_chat(chat_id=chat.pk, reason="试试", by=one, at=now())
    made = fresh(chat)
    assert made.state == state
    return made


@pytest.mark.parametrize("frm", list(S))
@pytest.mark.parametrize("to", list(S))
def test_the_table_decides(frm: S, to: S) -> None:
    """A move that is not in the table is refused wherever it is tried."""
    chat = in_state(frm)
    legal = CHAT_MOVES.allows(frm, to)
    if legal:
        return
    with transaction.atomic(), pytest.raises(RuleBroken) as refusal:
        move(lock_chat(chat.pk), to, now=now())
    assert refusal.value.code == "illegal_move"
    assert fresh(chat).state == frm


def test_the_usual_way() -> None:
    one = agent()
    chat = visitor("我的件破了", phone="13800138000")
    assert (chat.state, chat.agent) == (S.OFFERED, one)
    giving.take_chat(chat_id=chat.pk, by=one, at=now())
    assert fresh(chat).state == S.TALKING
    ending.close_chat(chat_id=chat.pk, closing=Closing(Filing()), by=one, at=now())
    chat = fresh(chat)
    assert chat.state == S.FILED and chat.case is not None
    assert chat.ended_by == one and chat.filed_by == one


ACTS: dict[str, tuple[Callable[[Chat, Any], Any], dict[S, S]]] = {
    "take": (
        lambda c, who: giving.take_chat(chat_id=c.pk, by=who, at=now()),
        {S.QUEUED: S.TALKING, S.OFFERED: S.TALKING, S.TALKING: S.TALKING},
    ),
    "decline": (
        lambda c, who: giving.decline_chat(chat_id=c.pk, by=who, at=now()),
        {S.OFFERED: S.QUEUED},
    ),
    "close": (
        lambda c, who: ending.close_chat(chat_id=c.pk, closing=Closing(Filing()), by=who, at=now()),
        {S.TALKING: S.FILED, S.OVER: S.FILED},
    ),
    "dismiss": (
        lambda c, who: ending.dismiss_chat(chat_id=c.pk, reason="无", by=who, at=now()),
        {S.TALKING: S.DISMISSED, S.OVER: S.DISMISSED},
    ),
    "leave": (
        lambda c, _who: ending.leave_chat(chat_id=c.pk, by=public_user(), at=now()),
        {
            S.QUEUED: S.FILED,
            S.OFFERED: S.FILED,
            S.TALKING: S.OVER,
            **{s: s for s in (S.OVER, S.FILED, S.DISMISSED)},
        },
    ),
    "message": (
        lambda c, _who: ending.turn_into_message(
            chat_id=c.pk, phone="13900139000", email="", name="", by=public_user(), at=now()
        ),
        {S.QUEUED: S.FILED, S.OFFERED: S.FILED},
    ),
}


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("name", list(ACTS))
def test_each_act_in_each_state(name: str, state: S) -> None:
    """Allowed acts end where they should, the others say no and change nothing."""
    act, ends = ACTS[name]
    chat = in_state(state)
    who = chat.agent or agent(sits=False)
    if state in ends:
        act(chat, who)
        assert fresh(chat).state == ends[state]
    else:
        with pytest.raises(RuleBroken):
            act(chat, who)
        assert fresh(chat).state == state


@pytest.mark.parametrize("state", [S.OVER, S.FILED, S.DISMISSED])
def test_nobody_writes_into_a_chat_that_is_over(state: S) -> None:
    chat = in_state(state)
    before = ChatLine.objects.filter(chat=chat).count()
    for write in (speak, reply):
        with pytest.raises(RuleBroken) as refusal:
            write(chat)
        assert refusal.value.code in ("chat_over", "not_yours")
    assert ChatLine.objects.filter(chat=chat).count() == before


def test_time_moves_it_too() -> None:
    one = agent()
    chat = talking(one)
    reply(chat)
    pass_time(601)
    maintain()
    chat = fresh(chat)
    assert (chat.state, chat.end_reason, chat.agent) == (S.OVER, "away", one)
    pass_time(1801)
    maintain()
    chat = fresh(chat)
    assert chat.state == S.FILED and chat.case.owner == one


NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)
FALSE: list[tuple[S, dict[str, Any]]] = [
    (S.QUEUED, {"state": S.OFFERED}),
    (S.TALKING, {"state": S.QUEUED}),
    (S.TALKING, {"state": S.FILED}),
    (S.TALKING, {"state": S.OVER}),
    (S.OVER, {"ended_by": None}),
    (S.OVER, {"end_reason": ""}),
    (S.FILED, {"case": None}),
    (S.FILED, {"filed_by": None}),
    (S.DISMISSED, {"dismiss_reason": ""}),
    (S.TALKING, {"agent_read": 1 << 40}),
    (S.TALKING, {"rating": 6}),
    (S.TALKING, {"language": "fr"}),
    (S.TALKING, {"awaits_since": NOON, "quiet_since": NOON}),
]


@pytest.mark.parametrize(("state", "values"), FALSE, ids=str)
def test_the_database_refuses_what_is_never_true(state: S, values: dict[str, Any]) -> None:
    chat = in_state(state)
    with pytest.raises(IntegrityError), transaction.atomic():
        Chat.objects.filter(pk=chat.pk).update(**values)


def test_what_was_said_cannot_be_changed() -> None:
    agent()
    chat = begin().chat
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("UPDATE chat_chatline SET text = '' WHERE chat_id = %s", [chat.pk])
        cursor.execute("SET LOCAL yipiao.maintenance = 'on'")
