"""Agents at the chat desk, visitors in the queue, and a database whose clock has moved on."""

from typing import Any
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import Unit, User
from apps.accounts.queries import public_user
from apps.chat.models import Chat, ChatLine, ChatSettings
from apps.chat.services.giving import take_chat
from apps.chat.services.maintaining import maintain_chats
from apps.chat.services.seats import open_seat, set_seat
from apps.chat.services.settings import change_chat_settings
from apps.chat.services.starting import Begun, NewChat, start_chat
from apps.chat.services.talking import answer, say
from apps.core.files import NewFile
from tests.factories.accounts import UnitFactory, UserFactory

ADDRESS = "198.51.100.7"
_COLUMNS = {
    "chat_chat": ("started_at", "since", "awaits_since", "quiet_since", "ended_at"),
    "chat_chatpulse": ("seen_at", "typing_until"),
    "chat_chatseat": ("seen_at", "idle_since"),
    "chat_chatturn": ("since", "first_word", "until"),
}


def now() -> dict[str, Any]:
    return {"at": timezone.now()}


def round_the_clock(**values: Any) -> ChatSettings:
    """Chats are answered whatever the hour at which the tests run."""
    return change_chat_settings(
        values={"calendar": "always", **values}, by=UserFactory(), at=timezone.now()
    )


def agent(
    name: str = "王芳", *, most: int | None = None, unit: Unit | None = None, sits: bool = True
) -> User:
    """Somebody who may answer chats and, ``sits``, to whom chats are given."""
    user: User = UserFactory(display_name=name, roles=[Role.AGENT], unit=unit or installation())
    if most is not None:
        set_seat(user=user, most=most, shown_name="", by=user, **now())
    if sits:
        open_seat(by=user, **now())
    return user


def installation() -> Unit:
    found = Unit.objects.filter(parent__isnull=True).order_by("pk").first()
    made: Unit = found or UnitFactory()
    return made


def begin(text: str = "你好，我的快件到哪了？", **fields: Any) -> Begun:
    """A visitor begins a chat."""
    address = fields.pop("address", ADDRESS)
    files = fields.pop("files", ())
    return start_chat(
        new=NewChat(text=text, **{"nonce": uuid4(), **fields}),
        address=address,
        by=public_user(),
        files=files,
        **now(),
    )


def visitor(text: str = "你好，我的快件到哪了？", **fields: Any) -> Chat:
    return fresh(begin(text, **fields).chat)


def talking(with_agent: User, text: str = "你好", **fields: Any) -> Chat:
    """In conversation with this agent, whoever else is free."""
    chat = visitor(text, **fields)
    if chat.agent_id != with_agent.pk:
        assert chat.agent_id is None, "somebody else got it; seat agents after this"
    take_chat(chat_id=chat.pk, by=with_agent, **now())
    return fresh(chat)


def speak(chat: Chat, text: str = "还在吗？", **fields: Any) -> ChatLine:
    return say(chat_id=chat.pk, text=text, by=public_user(), **{**now(), **fields})


def reply(chat: Chat, text: str = "您好，请稍等。", **fields: Any) -> ChatLine:
    chat = fresh(chat)
    assert chat.agent is not None
    return answer(chat_id=chat.pk, text=text, by=chat.agent, **{**now(), **fields})


def fresh(chat: Chat) -> Chat:
    return Chat.objects.select_related("agent", "case", "waybill").get(pk=chat.pk)


def file(name: str = "照片.jpg", content: bytes | None = None) -> NewFile:
    from tests.factories.shipments import picture

    return NewFile(content if content is not None else picture().getvalue(), name)


def pass_time(seconds: float, *, seen: bool = True) -> None:
    """As if that much time had passed by the database's clock. ``seen``: agents' and visitors'
    pages went on showing signs of life meanwhile."""
    with connection.cursor() as cursor:
        for table, columns in _COLUMNS.items():
            moved = [c for c in columns if not (seen and c == "seen_at")]
            sets = ", ".join(f"{c} = {c} - make_interval(secs => %s)" for c in moved)
            cursor.execute(f"UPDATE {table} SET {sets}", [seconds] * len(moved))


def lose_sight_of(user: User, seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE chat_chatseat SET seen_at = statement_timestamp()"
            " - make_interval(secs => %s) WHERE user_id = %s",
            [seconds, user.pk],
        )


def lose_visitor(chat: Chat, seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE chat_chatpulse SET seen_at = statement_timestamp()"
            " - make_interval(secs => %s) WHERE chat_id = %s AND side = 'visitor'",
            [seconds, chat.pk],
        )


def maintain() -> int:
    return maintain_chats(**now())
