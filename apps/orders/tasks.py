"""Celery wakes the sweepers; what is due stands in the database."""

from django.utils import timezone

from apps.events.chores import chore
from apps.orders import services


@chore("apps.orders.tasks.compare_counts")
def compare_counts() -> int:
    return services.compare_counts(timezone.now())
