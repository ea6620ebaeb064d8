"""A chat, locked; and the one way its row, its lines and its turns are written.

Times on these rows are the database's, because time alone decides what happens to a chat; ``at``
of the services is when their caller says it happened and stands in the events.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.chat.enums import ChatSide, ChatState, ChatWord, TurnEnd, TurnHow
from apps.chat.models import Chat, ChatLine, ChatSeat, ChatTurn
from apps.chat.states import CHAT_MOVES

# In the parameters of an agent's line: the versions of articles whose replies it was made of.
USED = "used"


def machine() -> User:
    """Who acts when the queue or time alone does."""
    return system_user("sweeper")


def lock_chat(chat_id: int, *, skip_locked: bool = False) -> Chat:
    """The chat, locked until the transaction ends; who may touch it the caller decides.
    Chat.DoesNotExist when there is none, or with ``skip_locked`` while somebody else has it."""
    return (
        Chat.objects.select_for_update(of=["self"], no_key=True, skip_locked=skip_locked)
        .select_related("agent__chat_seat", "waybill__customer", "case")
        .get(pk=chat_id)
    )


def lock_seat(user: User, *, by: User, now: datetime) -> ChatSeat:
    """The seat of ``user``, made on first use, locked. Chats first, then seats: everybody locks in
    that order."""
    # By its number: an instance that may lose the race must not become ``user.chat_seat``.
    ChatSeat.objects.bulk_create(
        [ChatSeat(user_id=user.pk, changed_at=now, changed_by=by)], ignore_conflicts=True
    )
    return (
        ChatSeat.objects.select_for_update(of=["self"], no_key=True)
        .select_related("user")
        .get(user=user.pk)
    )


def write(chat: Chat, **values: Any) -> None:
    """Save ``values`` on a locked chat; both sides see that there is news."""
    values |= {"version": chat.version + 1, "last_line": chat.last_line}
    for name, value in values.items():
        setattr(chat, name, value)
    chat.save(update_fields=list(values))


def move(chat: Chat, to: ChatState, *, now: datetime, **values: Any) -> None:
    """By the table."""
    CHAT_MOVES.check(ChatState(chat.state), to)
    write(chat, state=to, since=now, **values)


def add_line(
    chat: Chat,
    side: ChatSide,
    text: str,
    *,
    by: User,
    client_id: UUID | None = None,
    params: dict[str, Any] | None = None,
) -> ChatLine:
    """One line of a locked chat; the caller writes the chat afterwards."""
    line = ChatLine.objects.create(
        chat=chat, side=side, text=text, by=by, client_id=client_id, params=params or {}
    )
    chat.last_line = line.pk
    return line


def add_system_line(chat: Chat, word: ChatWord, *, by: User, **params: Any) -> ChatLine:
    """What the system says, in whatever language it will be read."""
    line = ChatLine.objects.create(chat=chat, side=ChatSide.SYSTEM, word=word, params=params, by=by)
    chat.last_line = line.pk
    return line


def known_line(chat: Chat, side: ChatSide, client_id: UUID | None) -> ChatLine | None:
    """The line that was sent under this id already."""
    if client_id is None:
        return None
    return chat.lines.filter(side=side, client_id=client_id).first()


def begin_turn(chat: Chat, agent: User, how: TurnHow, *, by: User, now: datetime) -> ChatTurn:
    _stir(agent.pk, now)
    return ChatTurn.objects.create(chat=chat, agent=agent, how=how, by=by, since=now)


def end_turn(chat: Chat, why: TurnEnd, *, now: datetime) -> None:
    for turn in chat.turns.filter(until__isnull=True):
        turn.until, turn.end = max(now, turn.since), why
        turn.save(update_fields=["until", "end"])
        _stir(turn.agent_id, now)


def was_answered(chat: Chat) -> bool:
    """Whether any agent has said a word in it yet."""
    return chat.turns.filter(first_word__isnull=False).exists()


def _stir(agent_id: int, now: datetime) -> None:
    ChatSeat.objects.filter(user=agent_id).update(idle_since=now)
