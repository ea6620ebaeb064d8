"""What became of a payout moves its remittance: paid, nobody knows, or returned (COD-7)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.banking.enums import PayoutState
from apps.banking.models import Payout
from apps.billing.models import Receipt
from apps.billing.services import take_back_receipt
from apps.cod.enums import ItemState, RemittanceState
from apps.cod.models import CodItem, Remittance
from apps.cod.services import remittance_books as books
from apps.cod.services.moving import (
    carry_claw_backs_again,
    end_claw_backs,
    mark_remittable_again,
)
from apps.cod.services.remittances import (
    advanced_ids_of,
    claw_backs_of,
    end_remittance,
    item_ids_of,
    lock_remittance,
)
from apps.cod.services.settling_fees import receipt_key
from apps.cod.states import REMITTANCE_MOVES
from apps.events.services import record

S = RemittanceState
# What the payout says is what the remittance is; a payout that was called off never left.
FOLLOWS = {
    PayoutState.PAID: S.PAID,
    PayoutState.UNCLEAR: S.UNCLEAR,
    PayoutState.RETURNED: S.RETURNED,
    PayoutState.CANCELLED: S.RETURNED,
}


@transaction.atomic
def follow_payout(*, payout_id: int, by: User, at: datetime) -> Remittance | None:
    """Bring the remittance to what its payout is now. The news may come twice and in any order: what
    counts is the payout's row. None for payouts of others."""
    found = Remittance.objects.filter(payout=payout_id).first()
    if found is None:
        return None
    row, payout = lock_remittance(found.pk), Payout.objects.get(pk=payout_id)
    to = FOLLOWS.get(PayoutState(payout.state))
    if to is None or to == row.state or not REMITTANCE_MOVES.allows(row.state, to):
        return row
    if to == S.RETURNED:
        _come_back(row, payout.bank_answer or _("The bank did not pay."), by=by, at=at)
        return row
    row.state = to
    if to == S.PAID:
        row.paid_at = payout.settled_at or at
    row.save(update_fields=["state", "paid_at"])
    record(f"remittance.{to}", row, by=by, at=at, data={"amount": str(row.amount)})
    return row


def _come_back(row: Remittance, reason: str, *, by: User, at: datetime) -> None:
    """The items can be remitted again, the claw-backs are carried again, and the statements are owed
    again."""
    ids = [*item_ids_of(row), *advanced_ids_of(row)]
    # What was given back to the consignee meanwhile never reached the merchant: nothing is carried.
    end_claw_backs(item_ids=ids, by=by, at=at)
    back = CodItem.objects.filter(pk__in=ids, state=ItemState.REMITTED)
    mark_remittable_again(item_ids=list(back.values_list("pk", flat=True)), by=by, at=at)
    carry_claw_backs_again(parts=claw_backs_of(row), by=by, at=at)
    statements = set(
        row.rows.filter(statement__isnull=False).values_list("statement_id", flat=True)
    )
    keys = [receipt_key(row.pk, pk) for pk in statements if pk is not None]
    why = _("Remittance %(number)s came back") % {"number": row.number}
    for receipt in Receipt.objects.filter(source_key__in=keys, cancelled_at__isnull=True):
        take_back_receipt(receipt_id=receipt.pk, reason=why, by=by, at=at)
    books.take_back_cleared(row, by=by, at=at)
    books.take_back_remittance(row, by=by, at=at)
    end_remittance(row, S.RETURNED, reason[:200], at=at)
    record("remittance.returned", row, by=by, at=at, data={"reason": reason[:200]})
