"""Celery starts these tasks; the database decides what is due."""

from django.utils import timezone

from apps.accounts import services
from apps.accounts.directory import provider
from apps.events.background import background_task, due_when


@background_task("apps.accounts.tasks.sweep_idempotency_records")
def sweep_idempotency_records() -> int:
    """Answers to requests of programs that are past keeping, and logouts of the directory."""
    now = timezone.now()
    return services.sweep_expired(at=now) + services.purge_logouts(at=now)


@background_task("apps.accounts.tasks.clear_expired_sessions")
def clear_expired_sessions() -> None:
    services.clear_expired_sessions()


CHECK = "apps.accounts.tasks.check_directory"
TO_CHECK = "(SELECT '', min(next_at) FROM accounts_directoryidentity WHERE next_at IS NOT NULL)"


@background_task(CHECK)
def check_directory() -> int:
    """Whether those who came through the directory are still there, and in which groups."""
    return services.check_signed_in()


# An installation without a directory is not asked about it.
if provider.is_configured():
    due_when(CHECK, TO_CHECK)
