"""Celery wakes; PostgreSQL remembers."""

from django.utils import timezone

from apps.events.background import background_task
from apps.reports import services


@background_task("apps.reports.tasks.prepare_daily")
def prepare_daily() -> int:
    """Yesterday's reports after midnight, the cards of the morning (REP-2)."""
    at = timezone.now()
    return services.prepare_reports(at=at) + services.send_cards(at=at)


@background_task("apps.reports.tasks.prepare_monthly")
def prepare_monthly() -> int:
    """Figures of the months that are over, each once, with the drafts of their summaries (REP-3, REP-4)."""
    return services.freeze_past_months(at=timezone.now())
