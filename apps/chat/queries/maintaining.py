"""All open chats with the signs of life around them: what the minder decides on."""

from typing import Any

from django.db import connection

from apps.chat.enums import ChatState
from apps.chat.rules.chat import Facts
from apps.chat.states import CHAT_LIVE

_FACTS = """
SELECT c.id, c.state, c.since, c.awaits_since, c.quiet_since, c.is_reminded, c.ended_at,
    v.seen_at, s.seen_at, coalesce(a.typing_until > statement_timestamp(), false)
FROM chat_chat c
LEFT JOIN chat_chatpulse v ON v.chat_id = c.id AND v.side = 'visitor'
LEFT JOIN chat_chatpulse a ON a.chat_id = c.id AND a.side = 'agent'
LEFT JOIN chat_chatseat s ON s.user_id = c.agent_id
WHERE c.state = ANY(%s) AND (%s::bigint IS NULL OR c.id = %s) ORDER BY c.started_at, c.id
"""
MAINTAINED = sorted(str(state) for state in {*CHAT_LIVE, ChatState.OVER})


def facts_of_all() -> list[tuple[int, Facts]]:
    """Every chat that time can change, oldest first. One query, whatever their number."""
    return _read(None)


def facts_of(chat_id: int) -> Facts | None:
    return next((facts for _pk, facts in _read(chat_id)), None)


def _read(chat_id: int | None) -> list[tuple[int, Facts]]:
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, [MAINTAINED, chat_id, chat_id])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return [(row[0], Facts(*row[1:])) for row in rows]
