from django.utils import timezone

from apps.events.chores import chore
from apps.tracking import services


@chore("apps.tracking.tasks.make_partitions")
def make_partitions() -> int:
    """Daily: the events table is ready for the coming months before a waybill needs it."""
    return services.make_partitions_ahead(timezone.now())
