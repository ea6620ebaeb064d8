from django.utils import timezone

from apps.events.chores import chore
from apps.tracking import services
from apps.tracking.services.counting import purge_counts


@chore("apps.tracking.tasks.make_partitions")
def make_partitions() -> int:
    """Daily: the events table is ready for the coming months before a waybill needs it."""
    return services.make_partitions_ahead(timezone.now())


@chore("apps.tracking.tasks.purge_guess_counts")
def purge_guess_counts() -> int:
    """Daily: counters of guesses that no limit looks at any more."""
    return purge_counts(at=timezone.now())
