"""Celery wakes; PostgreSQL remembers."""

from django.utils import timezone

from apps.events.background import background_task, due_when
from apps.shifts import services
from apps.shifts.queries.due import WORK_DUE


@background_task(services.WORK)
def work_handovers() -> int:
    """Handovers open half an hour before the end of a shift, and lapse; swaps expire (CMP-9)."""
    return services.work_handovers()


@background_task(services.REFRESH)
def refresh_gaps() -> int:
    """Gaps of the next 14 days: called by every change of roster and absences, and as the days go by."""
    at = timezone.now()
    return services.refresh_gaps(at=at) + services.end_forgotten(at=at)


due_when(services.WORK, WORK_DUE)
