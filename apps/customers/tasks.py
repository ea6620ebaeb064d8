"""Celery wakes; the due columns in PostgreSQL remember."""

from celery import shared_task

from apps.customers import services


@shared_task(ignore_result=True)
def settle_paperwork() -> int:
    """End the verbal authorisations whose paperwork is complete since a contract's first day (ORD-3)."""
    return services.settle_open_authorisations()


@shared_task(ignore_result=True)
def end_trials() -> int:
    """End the trial periods whose last day has passed (ORD-3)."""
    return sum(iter(services.end_due_trials, 0))
