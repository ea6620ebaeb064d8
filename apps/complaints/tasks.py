"""What is due, woken by the clock."""

from celery import shared_task
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.complaints import services
from apps.complaints.services.chat.limits import forget_chat_counts as forget_counts
from apps.complaints.services.chat.minding import mind_chats as mind


@shared_task
def assign_waiting() -> int:
    """Cases that nobody was there to take go to whoever is there now (CMP-2, "at once")."""
    return services.assign_waiting(by=system_user("sweeper"), at=timezone.now())


@shared_task
def mind_chats() -> int:
    """Silent agents, lost connections, visitors who went away, whoever still waits (CMP-1)."""
    return mind(at=timezone.now())


@shared_task
def forget_chat_counts() -> int:
    return forget_counts(at=timezone.now())
