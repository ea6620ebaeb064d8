"""Celery wakes; the due columns in PostgreSQL remember."""

from celery import shared_task

from apps.customers import services


@shared_task(ignore_result=True)
def chase_paperwork() -> int:
    """Remind and escalate about missing paperwork (ORD-3)."""
    return sum(iter(services.chase_verbal_authorisations, 0))


@shared_task(ignore_result=True)
def end_trials() -> int:
    """End the trial periods whose last day has passed (ORD-3)."""
    return sum(iter(services.end_due_trials, 0))
