"""Celery starts these tasks; what is due is read from columns in PostgreSQL."""

from apps.customers import services
from apps.events.background import background_task


@background_task("apps.customers.tasks.settle_paperwork")
def settle_paperwork() -> int:
    """End the verbal authorisations whose paperwork is complete since a contract's first day (ORD-3)."""
    return services.settle_open_authorisations()


@background_task("apps.customers.tasks.end_trials")
def end_trials() -> int:
    """End the trial periods whose last day has passed (ORD-3)."""
    return sum(iter(services.end_due_trials, 0))
