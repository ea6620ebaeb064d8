"""Celery starts these tasks; PostgreSQL holds what is due."""

from django.utils import timezone

from apps.accounts.queries import system_user
from apps.events.background import background_task, due_when
from apps.training.services import close_attempts
from apps.training.services.attempts import CLOSE, TO_CLOSE


@background_task(CLOSE)
def close_running_out() -> int:
    """Exams whose time is over (STF-1)."""
    return close_attempts(by=system_user("sweeper"), at=timezone.now())


due_when(CLOSE, TO_CLOSE)
