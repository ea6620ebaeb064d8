"""What time brings to chats."""

from collections.abc import Iterable

from django.utils import timezone

from apps.chat.queries.maintaining import MAINTAINED
from apps.chat.rules.chat import PRESENT
from apps.chat.services import maintaining
from apps.chat.states import CHAT_IN_HAND
from apps.events.background import background_task, due_when

MAINTAIN = "apps.chat.tasks.maintain_chats"


@background_task(MAINTAIN, records_runs=True)
def maintain_chats() -> int:
    """Silent agents, lost connections, visitors who went away, whoever still waits (CMP-1)."""
    return maintaining.maintain_chats(at=timezone.now())


def _listed(states: Iterable[str]) -> str:
    return ", ".join(repr(str(state)) for state in sorted(states))


# Every three seconds while a chat rings or is talked in, or waits where an agent is there to have it. For
# the rest (visitors who went away, chats to be filed) ten will do.
due_when(
    MAINTAIN,
    f"""
    SELECT '', coalesce((SELECT ran_at FROM events_taskrun WHERE name = '{MAINTAIN}') + CASE
        WHEN EXISTS (SELECT FROM chat_chat WHERE state IN ({_listed(CHAT_IN_HAND)}))
            OR EXISTS (SELECT FROM chat_chatseat WHERE is_open
                AND seen_at > statement_timestamp() - interval '{PRESENT.total_seconds()} seconds')
        THEN interval '3 seconds' ELSE interval '10 seconds' END, statement_timestamp())
    WHERE EXISTS (SELECT FROM chat_chat WHERE state IN ({_listed(MAINTAINED)}))
    """,  # noqa: S608  # ours
)
