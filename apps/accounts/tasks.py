"""Celery wakes these; what is due is decided by the database."""

from celery import shared_task
from django.utils import timezone

from apps.accounts import services


@shared_task
def sweep_idempotency_records() -> int:
    return services.sweep_expired(at=timezone.now())


@shared_task
def clear_expired_sessions() -> None:
    services.clear_expired_sessions()
