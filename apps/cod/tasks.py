"""Celery wakes; PostgreSQL remembers."""

from apps.cod import services
from apps.cod.queries.due import TO_HAND_OVER
from apps.events.background import background_task, due_when


@background_task(services.HAND_OVER)
def hand_over_to_agents() -> int:
    """Customers whom no message reached when calls begin (COD-3)."""
    return services.hand_over_to_agents()


due_when(services.HAND_OVER, TO_HAND_OVER)
