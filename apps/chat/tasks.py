"""What time brings to chats."""

from django.utils import timezone

from apps.chat.queries.minding import MINDED
from apps.chat.services.limits import forget_chat_counts as forget_counts
from apps.chat.services.minding import mind_chats as mind
from apps.events.chores import chore, due_when

MIND = "apps.chat.tasks.mind_chats"


@chore(MIND, keeps_time=True)
def mind_chats() -> int:
    """Silent agents, lost connections, visitors who went away, whoever still waits (CMP-1)."""
    return mind(at=timezone.now())


@chore("apps.chat.tasks.forget_chat_counts")
def forget_chat_counts() -> int:
    return forget_counts(at=timezone.now())


# Every three seconds for as long as there is a chat that time can change.
due_when(
    MIND,
    f"""
    SELECT '', coalesce((SELECT ran_at + interval '3 seconds' FROM events_chore
        WHERE name = '{MIND}'), statement_timestamp())
    WHERE EXISTS (SELECT FROM chat_chat WHERE state IN ({", ".join(map(repr, MINDED))}))
    """,  # noqa: S608  # ours
)
