"""What time brings."""

from django.utils import timezone

from apps.accounts.queries import system_user
from apps.complaints import services
from apps.events.background import background_task


@background_task("apps.complaints.tasks.assign_waiting")
def assign_waiting() -> int:
    """Cases that nobody was there to take go to whoever is there now (CMP-2, "at once")."""
    return services.assign_waiting(by=system_user("sweeper"), at=timezone.now())
