"""Celery wakes; PostgreSQL remembers."""

from apps.events.background import background_task, due_when
from apps.incidents import services

DUE = "SELECT '', min(work_since) FROM incidents_incident WHERE work_since IS NOT NULL"


@background_task(services.WORK)
def work_incidents() -> int:
    """Shipments that a new incident holds, or one that is over lets go (CMP-8)."""
    return services.work_incidents()


due_when(services.WORK, DUE)
