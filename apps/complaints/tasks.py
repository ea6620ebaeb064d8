"""What is due, woken by the clock."""

from celery import shared_task
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.complaints import services


@shared_task
def assign_waiting() -> int:
    """Cases that nobody was there to take go to whoever is there now (CMP-2, "at once")."""
    return services.assign_waiting(by=system_user("sweeper"), at=timezone.now())
