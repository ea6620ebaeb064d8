"""Celery wakes what is due sooner; nothing depends on it."""

from celery import shared_task
from django.utils import timezone

from apps.sla import services


@shared_task
def mind_calendars() -> int:
    return services.mind_calendars(at=timezone.now())
