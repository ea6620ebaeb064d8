"""Celery wakes these; what is due is decided by the database."""

from django.utils import timezone

from apps.accounts import services
from apps.events.chores import chore


@chore("apps.accounts.tasks.sweep_idempotency_records")
def sweep_idempotency_records() -> int:
    """Answers to requests of programs and to forms, both past keeping."""
    at = timezone.now()
    return services.sweep_expired(at=at) + services.sweep_submissions(at=at)


@chore("apps.accounts.tasks.purge_held")
def purge_held() -> int:
    """Files of forms that nobody sent."""
    return services.purge_held(at=timezone.now())


@chore("apps.accounts.tasks.clear_expired_sessions")
def clear_expired_sessions() -> None:
    services.clear_expired_sessions()
