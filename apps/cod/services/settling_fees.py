"""What remittances took off for statements settles them, once they are sent (COD-7, BIL-5)."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from apps.accounts.models import User
from apps.billing.enums import StatementState
from apps.billing.models import Receipt, Statement
from apps.billing.models.payments import REMITTANCE
from apps.billing.queries.owing import owed_on, unspent_of
from apps.billing.services import allocate
from apps.cod.models import RemittanceRow

SENT = (StatementState.SENT, StatementState.CONFIRMED)


def receipt_key(remittance_id: int, statement_id: int) -> str:
    """By which billing knows what a remittance settles of a statement."""
    return f"{REMITTANCE}{remittance_id}:{statement_id}"


@transaction.atomic
def settle_statements(*, statement_ids: Collection[int], by: User, at: datetime) -> int:
    """Allocate what is left of their receipts to these statements, as far as they are sent; how many
    allocations. A fee of a month that is still open waits in the merchant's advance until then."""
    done = 0
    pairs = (
        RemittanceRow.objects.filter(
            statement__in=statement_ids,
            statement__state__in=SENT,
            stands=True,
            remittance__released_at__isnull=False,
        )
        .order_by("statement_id", "remittance_id")
        .values_list("remittance_id", "statement_id")
        .distinct()
    )
    wanted = {receipt_key(*pair): pair[1] for pair in pairs}
    if not wanted:
        return 0
    receipts = Receipt.objects.filter(source_key__in=list(wanted), cancelled_at__isnull=True)
    payers = set(Statement.objects.filter(pk__in=wanted.values()).values_list("bill_to", flat=True))
    rests = {one.receipt_id: one.rest for payer in payers if payer for one in unspent_of(payer)}
    for receipt in receipts.order_by("pk"):
        statement_id = wanted[receipt.source_key]
        part = min(
            rests.get(receipt.pk, Decimal("0.00")), owed_on([statement_id])[statement_id].owed
        )
        if part > 0:
            allocate(receipt_id=receipt.pk, statement_id=statement_id, amount=part, by=by, at=at)
            done += 1
    return done
