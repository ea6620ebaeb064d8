"""Celery wakes these; what is due is decided by the database."""

from celery import shared_task
from django.utils import timezone

from apps.accounts import services


@shared_task
def sweep_idempotency_records() -> int:
    """Answers to requests of programs and to forms, both past keeping."""
    at = timezone.now()
    return services.sweep_expired(at=at) + services.sweep_submissions(at=at)


@shared_task
def purge_held() -> int:
    """Files of forms that nobody sent."""
    return services.purge_held(at=timezone.now())


@shared_task
def clear_expired_sessions() -> None:
    services.clear_expired_sessions()
