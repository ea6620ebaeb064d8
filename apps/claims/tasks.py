"""What time brings."""

from django.utils import timezone

from apps.accounts.queries import system_user
from apps.claims import services
from apps.events.background import background_task


@background_task("apps.claims.tasks.open_reviews")
def open_reviews() -> int:
    """Clocks of rules and limits that came with the installation and have a review date (CMP-6)."""
    return services.open_reviews(by=system_user("claims"), at=timezone.now())
