"""What time brings."""

from django.utils import timezone

from apps.accounts.queries import system_user
from apps.complaints import services
from apps.complaints.queries.chat.minding import MINDED
from apps.complaints.services.chat.limits import forget_chat_counts as forget_counts
from apps.complaints.services.chat.minding import mind_chats as mind
from apps.events.chores import chore, due_when

MIND = "apps.complaints.tasks.mind_chats"


@chore("apps.complaints.tasks.assign_waiting")
def assign_waiting() -> int:
    """Cases that nobody was there to take go to whoever is there now (CMP-2, "at once")."""
    return services.assign_waiting(by=system_user("sweeper"), at=timezone.now())


@chore(MIND, keeps_time=True)
def mind_chats() -> int:
    """Silent agents, lost connections, visitors who went away, whoever still waits (CMP-1)."""
    return mind(at=timezone.now())


@chore("apps.complaints.tasks.forget_chat_counts")
def forget_chat_counts() -> int:
    return forget_counts(at=timezone.now())


# Every three seconds for as long as there is a chat that time can change.
due_when(
    MIND,
    f"""
    SELECT '', coalesce((SELECT ran_at + interval '3 seconds' FROM events_chore
        WHERE name = '{MIND}'), statement_timestamp())
    WHERE EXISTS (SELECT FROM complaints_chat WHERE state IN ({", ".join(map(repr, MINDED))}))
    """,  # noqa: S608  # ours
)
