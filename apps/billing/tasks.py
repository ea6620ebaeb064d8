"""Background tasks of billing; what is due stands in the database."""

from apps.billing import services
from apps.billing.channels import tax_channel
from apps.billing.queries import tax_due
from apps.billing.services.tax import turns
from apps.events.background import background_task, due_when


@background_task("apps.billing.tasks.confirm_deemed")
def confirm_deemed() -> int:
    """Hourly: statements whose payer agrees by silence, as the contract says (BIL-2)."""
    return services.confirm_deemed()


@background_task("apps.billing.tasks.hold_customers")
def hold_customers() -> int:
    """Hourly: new monthly orders of overdue customers wait, those of customers that paid do not (BIL-6)."""
    return services.hold_customers()


@background_task(turns.WORK)
def work_tax_channel() -> int:
    """Invoices and red forms that are to be sent to the tax channel, or asked about (BIL-4)."""
    return services.work_tax_channel()


@background_task("apps.billing.tasks.look_for_red_forms")
def look_for_red_forms() -> int:
    """Every quarter of an hour: red forms that payers entered and that wait for us (BIL-4)."""
    return services.look_for_red_forms()


due_when(turns.WORK, lambda: tax_due.DUE if tax_channel() else tax_due.NOTHING)
