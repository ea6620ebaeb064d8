"""What time brings to chats."""

from django.utils import timezone

from apps.chat.queries.maintaining import MAINTAINED
from apps.chat.services.maintaining import maintain_chats as mind
from apps.events.chores import chore, due_when

MAINTAIN = "apps.chat.tasks.maintain_chats"


@chore(MAINTAIN, keeps_time=True)
def maintain_chats() -> int:
    """Silent agents, lost connections, visitors who went away, whoever still waits (CMP-1)."""
    return mind(at=timezone.now())


# Every three seconds for as long as there is a chat that time can change.
due_when(
    MAINTAIN,
    f"""
    SELECT '', coalesce((SELECT ran_at + interval '3 seconds' FROM events_chore
        WHERE name = '{MAINTAIN}'), statement_timestamp())
    WHERE EXISTS (SELECT FROM chat_chat WHERE state IN ({", ".join(map(repr, MAINTAINED))}))
    """,  # noqa: S608  # ours
)
