"""What time brings."""

from django.utils import timezone

from apps.accounts.queries import system_user
from apps.events.background import background_task
from apps.surveys import services


@background_task("apps.surveys.tasks.draw_surveys")
def draw_surveys() -> int:
    """Today's samples of the satisfaction surveys, once their hour has come (SOP)."""
    return services.draw_surveys(by=system_user("sweeper"), at=timezone.now())
