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
    """The summaries of the month that is over, once (REP-3)."""
    return services.prepare_last_month(at=timezone.now())
