"""When to look: one look over all followed chats, and one over all open chat desks.

A bell says that there is news and nothing of what was said: whoever hears it asks through the
ordinary door, which knows who may read what.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

_VISITORS = """
SELECT c.id, c.version, c.state, coalesce(q.place, 0),
    coalesce(a.typing_until > statement_timestamp(), false)
FROM chat_chat c
LEFT JOIN chat_chatpulse a ON a.chat_id = c.id AND a.side = 'agent'
LEFT JOIN (SELECT id, row_number() OVER (ORDER BY started_at, id) AS place
    FROM chat_chat WHERE state = 'queued') q ON q.id = c.id
WHERE c.id = ANY(%s)
"""
# Each desk: its own chats with what their visitors do, its seat, and who waits.
_DESKS = """
WITH queue AS (SELECT coalesce(string_agg(id::text, ',' ORDER BY started_at, id), '') AS ids
    FROM chat_chat WHERE state = 'queued')
SELECT u.id, md5(concat_ws('|', queue.ids, (SELECT is_open FROM chat_chatseat s
    WHERE s.user_id = u.id), (SELECT string_agg(concat_ws(':', c.id, c.version, c.visitor_read,
        c.agent_read, coalesce(v.typing_until > statement_timestamp(), false),
        coalesce(v.seen_at > statement_timestamp() - interval '80 seconds', false)), ',' ORDER BY c.id)
    FROM chat_chat c
    LEFT JOIN chat_chatpulse v ON v.chat_id = c.id AND v.side = 'visitor'
    WHERE c.agent_id = u.id AND c.state IN ('offered', 'talking', 'over'))))
FROM unnest(%s::bigint[]) AS u (id), queue
"""
OVER = frozenset({"over", "filed", "dismissed"})


@dataclass(frozen=True, slots=True)
class Bell:
    """``version`` differs whenever there is something to look at."""

    version: str
    data: str
    is_last: bool = False


def ring_visitors(known: Mapping[int, str]) -> dict[int, Bell]:
    """Bells for those chats whose version is not the one in ``known``; one query."""
    rung = {}
    with connection.cursor() as cursor:
        cursor.execute(_VISITORS, [list(known)])
        rows = cursor.fetchall()
    for pk, version, state, place, types in rows:
        mark = f"{version}-{place}-{int(types)}"
        if known[pk] != mark:
            content = {"version": version, "state": state, "place": place, "typing": types}
            rung[pk] = Bell(mark, json.dumps(content), state in OVER)
    return rung


def ring_desks(known: Mapping[int, str]) -> dict[int, Bell]:
    """Bells for those agents' desks on which something changed; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_DESKS, [list(known)])
        rows: list[tuple[int, str]] = cursor.fetchall()
    return {pk: Bell(mark, json.dumps({"version": mark})) for pk, mark in rows if known[pk] != mark}


def desk_mark(user_id: int) -> str:
    """What the chat page of one agent shows, in a word that changes when it does."""
    return ring_desks({user_id: ""})[user_id].version
