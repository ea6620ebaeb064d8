"""Signed receipts that a customer wants back within so many days of the delivery (BIL-3): a clock each, which
warns before the statement would have to wait for them."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.services import clocks
from apps.core.database import in_callers_transaction
from apps.tracking.enums import DocumentState
from apps.tracking.models import ReturnDocument

# Where nobody waits for it any more.
BACK = (DocumentState.RECEIVED_AT_ORIGIN, DocumentState.FILED, DocumentState.DESTROYED)


@in_callers_transaction()
def time_signed_receipts(*, waybill_ids: Collection[int], by: User, at: datetime) -> int:
    """Begin the clocks of receipts that are owed since the delivery; safe to repeat. Returns how many
    began. A customer without a limit in its billing terms has none."""
    owed = (
        ReturnDocument.objects.select_for_update(of=["self"], no_key=True)
        .filter(
            waybill__in=waybill_ids,
            owed_since__isnull=False,
            waybill__customer__billing_terms__receipt_return_days__isnull=False,
        )
        .exclude(state__in=[*BACK, DocumentState.VOID])
        .select_related("waybill__customer__billing_terms")
        .select_related("waybill__customer__agent", "waybill__customer__unit")
        .order_by("pk")
    )
    return clocks.receipts_owed(list(owed), by=by, at=at)


@transaction.atomic
def end_signed_receipts(*, document_ids: Collection[int], by: User, at: datetime) -> None:
    """Those that came back have met their clocks; those that are not needed stop. Safe to repeat."""
    rows = list(ReturnDocument.objects.filter(pk__in=document_ids).order_by("pk"))
    clocks.receipts_back([row for row in rows if row.state in BACK], by=by, at=at)
    void = [row for row in rows if row.state == DocumentState.VOID]
    clocks.receipts_void(void, reason=_("The signed receipt is not needed any more."), by=by, at=at)
