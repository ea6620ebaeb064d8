"""Celery starts the sweepers; what is due stands in the database."""

from django.utils import timezone

from apps.events.background import background_task
from apps.orders import services


@background_task("apps.orders.tasks.compare_counts")
def compare_counts() -> int:
    return services.compare_counts(timezone.now())
