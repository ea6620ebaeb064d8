"""Celery wakes; PostgreSQL remembers."""

from apps.cod.services import changes
from apps.cod.services.changes.working import DUE
from apps.events.background import background_task, due_when


@background_task(changes.WORK)
def work_changes() -> int:
    """Account changes whose start has come, or whose transition is over (COD-4)."""
    return changes.work_changes()


due_when(changes.WORK, DUE)
