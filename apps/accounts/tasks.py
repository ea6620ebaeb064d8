"""Celery wakes these; what is due is decided by the database."""

from django.utils import timezone

from apps.accounts import services
from apps.events.background import background_task


@background_task("apps.accounts.tasks.sweep_idempotency_records")
def sweep_idempotency_records() -> int:
    """Answers to requests of programs that are past keeping."""
    return services.sweep_expired(at=timezone.now())


@background_task("apps.accounts.tasks.clear_expired_sessions")
def clear_expired_sessions() -> None:
    services.clear_expired_sessions()
