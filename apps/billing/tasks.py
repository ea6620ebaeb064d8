"""Celery wakes; PostgreSQL remembers."""

from apps.billing import services
from apps.events.background import background_task


@background_task("apps.billing.tasks.confirm_deemed")
def confirm_deemed() -> int:
    """Hourly: statements whose payer agrees by silence, as the contract says (BIL-2)."""
    return services.confirm_deemed()


@background_task("apps.billing.tasks.hold_customers")
def hold_customers() -> int:
    """Hourly: new monthly orders of overdue customers wait, those of customers that paid do not (BIL-6)."""
    return services.hold_customers()
