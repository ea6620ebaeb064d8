from django.utils import timezone

from apps.events.background import background_task
from apps.tracking import services


@background_task("apps.tracking.tasks.make_partitions")
def make_partitions() -> int:
    """Daily: the events table is ready for the coming months before a waybill needs it."""
    return services.make_partitions_ahead(timezone.now())
