"""Background tasks of account changes; what is due stands in the database."""

from apps.account_changes.queries.due import TO_HAND_OVER
from apps.account_changes.services import campaigns, changes
from apps.account_changes.services.changes.working import DUE
from apps.events.background import background_task, due_when


@background_task(changes.WORK)
def work_changes() -> int:
    """Account changes whose start has come, or whose transition is over (COD-4)."""
    return changes.work_changes()


@background_task(campaigns.HAND_OVER)
def hand_over_to_agents() -> int:
    """Customers whom no message reached when calls begin (COD-3)."""
    return campaigns.hand_over_to_agents()


due_when(changes.WORK, DUE)
due_when(campaigns.HAND_OVER, TO_HAND_OVER)
