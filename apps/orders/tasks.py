"""Celery wakes the sweepers; what is due stands in the database."""

from celery import shared_task
from django.utils import timezone

from apps.orders import services


@shared_task
def compare_counts() -> int:
    return services.compare_counts(timezone.now())


@shared_task
def purge_drafts() -> int:
    return services.purge_drafts(at=timezone.now())
