"""What a customer's contract says about paying."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.models import BillingTerms
from apps.core.errors import BadInput
from apps.core.models import check_row
from apps.events.services import record


@transaction.atomic
def change_terms(row: BillingTerms, *, by: User, at: datetime) -> BillingTerms:
    """Save new or changed terms; charges of before stay with whoever paid then. BadInput when the
    payer itself is paid for by another: there is one step."""
    if row._state.adding:
        row.created_by = by
    check_row(row)
    if row.payer_id is not None:
        passes_on = BillingTerms.objects.filter(
            customer_id=row.payer_id, payer__isnull=False
        ).exists()
        paid_by_it = BillingTerms.objects.filter(payer_id=row.customer_id).exists()
        if passes_on or paid_by_it:
            raise BadInput(
                _("A payer pays itself: choose the company at the end."),
                code="payer_chain",
                field="payer",
            )
    row.save()
    data = {
        "payer": str(row.payer) if row.payer else "",
        "deemed_after_days": row.deemed_after_days or "",
        "receipt_return_days": row.receipt_return_days or "",
        "hold_after_days": row.hold_after_days or "",
        "dunning_plan": str(row.dunning_plan or ""),
    }
    record("billing_terms.changed", row.customer, by=by, at=at, data=data)
    return row
