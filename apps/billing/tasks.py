"""Celery wakes; PostgreSQL remembers."""

from apps.billing import services
from apps.events.chores import chore


@chore("apps.billing.tasks.confirm_deemed")
def confirm_deemed() -> int:
    """Hourly: statements whose payer agrees by silence, as the contract says (BIL-2)."""
    return services.confirm_deemed()
