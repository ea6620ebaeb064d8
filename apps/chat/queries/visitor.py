"""What the visitor's side of a chat shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import connection
from django.db.models import Q

from apps.chat.enums import ChatSide
from apps.chat.models import Chat, ChatFile, ChatLine
from apps.chat.rules.words import agent_name, say
from apps.core.opaque import Id, hide, unhide

MOST_LINES = 500
_PLACE = """
SELECT count(*) FROM chat_chat WHERE state = 'queued' AND (started_at, id) <= (%s, %s)
"""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One line as it is read; ``text`` is clear, or a sentence of the system. ``who`` is what
    visitors call the agent."""

    pk: int
    side: ChatSide
    text: str
    at: datetime
    who: str
    files: Sequence[ChatFile]
    client_id: UUID | None

    @property
    def key(self) -> str:
        """What the visitor's page knows the line by."""
        return line_key(self.pk)


def fingerprint(token: str) -> str:
    """What is kept of a token; it is long enough that no salt is needed."""
    return sha256(token.encode()).hexdigest()


def line_key(pk: int) -> str:
    """Empty before the first line."""
    return hide(Id.CHAT_LINE, pk) if pk else ""


def line_of(key: str) -> int:
    """The line that a page names; 0, which is before the first, for what is none."""
    return unhide(Id.CHAT_LINE, key) or 0


def chat_by_token(token: str) -> Chat | None:
    found = Chat.objects.select_related("agent__chat_seat", "case")
    return found.filter(token_hash=fingerprint(token)).first()


def place_in_queue(chat: Chat) -> int:
    """1 for whoever is next."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, [chat.started_at, chat.pk])
        return max(1, int(cursor.fetchone()[0]))


def types_now(chat: Chat, side: ChatSide, now: datetime) -> bool:
    return chat.pulses.filter(side=side, typing_until__gt=now).exists()


def lines_for_visitor(chat: Chat, after: int = 0) -> list[ChatMessage]:
    """What the visitor may read beyond line ``after``, in the order it was written: two queries."""
    lines = chat.lines.filter(~Q(side=ChatSide.NOTE), pk__gt=after)
    return readable(lines.select_related("by__chat_seat").order_by("pk")[:MOST_LINES])


def readable(lines: Iterable[ChatLine]) -> list[ChatMessage]:
    """Lines with their files; one query more."""
    rows = list(lines)
    files: dict[int, list[ChatFile]] = {}
    if rows:
        for file in ChatFile.objects.filter(line__in=[row.pk for row in rows]):
            files.setdefault(file.line_id, []).append(file)
    return [
        ChatMessage(
            row.pk,
            ChatSide(row.side),
            say(row.word, row.params) if row.word else row.text,
            row.at,
            _speaker(row),
            files.get(row.pk, []),
            row.client_id,
        )
        for row in rows
    ]


def _speaker(line: ChatLine) -> str:
    if line.side != ChatSide.AGENT:
        return ""
    seat = getattr(line.by, "chat_seat", None)
    return agent_name(seat.shown_name if seat else "", line.by.display_name)


def agent_of(chat: Chat) -> str:
    """What visitors call the agent who has the chat; empty while nobody does."""
    if chat.agent is None:
        return ""
    seat = getattr(chat.agent, "chat_seat", None)
    return agent_name(seat.shown_name if seat else "", chat.agent.display_name)


def file_for_visitor(chat: Chat, key: UUID) -> ChatFile | None:
    """A file of this chat, unless it stands in an internal note."""
    return ChatFile.objects.filter(~Q(line__side=ChatSide.NOTE), key=key, line__chat=chat).first()
