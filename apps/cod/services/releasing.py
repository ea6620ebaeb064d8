"""Two people release a remittance: the second approval does it, in one transaction (COD-7).

So there is nothing between steps to be killed in: either the items are the merchant's, the entry is
posted and the payout is released, or nothing has happened. What leaves the company is the payment file, which
the floor of payouts makes from released payouts only.
"""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Unpack

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.enums import ApprovalState
from apps.backoffice.models import ApprovalRequest
from apps.backoffice.services import ApprovalInput, approve, ask_approval, refuse
from apps.banking.enums import PayoutPurpose
from apps.banking.models import Payout
from apps.banking.queries.payees import payee_account_for
from apps.banking.services.payouts import draft_payout, release_payouts
from apps.billing.enums import ReceiptSource
from apps.billing.services import take_receipt
from apps.cod.approvals import REMITTANCE
from apps.cod.enums import REFUSED, ItemState, RemittanceState, RowKind
from apps.cod.models import CodItem, Remittance, RemittanceRow
from apps.cod.services import remittance_books as books
from apps.cod.services.advances import check_ahead, clear_advances
from apps.cod.services.moving import lock_items, mark_remitted, take_claw_backs
from apps.cod.services.remittances import (
    RULE,
    advanced_ids_of,
    check_before_release,
    claw_backs_of,
    item_ids_of,
    lock_remittance,
)
from apps.cod.services.settling_fees import receipt_key, settle_statements
from apps.cod.states import REMITTANCE_MOVES
from apps.core.errors import RuleBroken
from apps.events.services import record, recorded_refusals
from apps.training.enums import Area
from apps.training.queries import check_may_work

S, K = RemittanceState, RowKind
# Where money that is paid ahead may be: its remittance may still wait when it comes to the bank.
AHEAD = (ItemState.COUNTED, ItemState.DEPOSITED, ItemState.BANKED)


def ask_release(*, remittance_id: int, by: User, at: datetime) -> ApprovalRequest:
    """Ask two people of different departments. RuleBroken: ``remittance_held`` without an account,
    ``payee_changed`` where the merchant is paid to another account by now, ``not_qualified``; on record."""
    row = Remittance.objects.get(pk=remittance_id)
    with recorded_refusals(REFUSED, row, "ask", by=by, at=at):
        check_may_work(by, Area.COD, at)
        row = lock_remittance(remittance_id)
        _check_releasable(row, at)
        title = f"{row.number} {row.merchant} {row.amount}"
        return ask_approval(kind=REMITTANCE, subject=row, title=title, by=by, at=at)


def approve_remittance(
    row: Remittance,
    *,
    by: User,
    at: datetime,
    **given: Unpack[ApprovalInput],
) -> Remittance | None:
    """The second approval releases it, by that person. RuleBroken ``remittance_released`` for whoever
    comes after that; what is refused is on record."""
    with recorded_refusals(REFUSED, row, "approve", by=by, at=at):
        found = lock_remittance(row.pk)
        check_before_release(found)
        _check_releasable(found, at)
        request = approve(kind=REMITTANCE, subject=found, by=by, at=at, **given)
        if request.state != ApprovalState.APPROVED:
            return None
        _release(found, request, by=by, at=at)
        return found


@transaction.atomic
def refuse_remittance(row: Remittance, *, seen: str, reason: str, by: User, at: datetime) -> None:
    """It stays prepared: it can be asked for anew, or withdrawn."""
    found = lock_remittance(row.pk)
    check_before_release(found)
    refuse(kind=REMITTANCE, subject=found, seen=seen, reason=reason, by=by, at=at)
    record("remittance.refused", found, by=by, at=at, data={"reason": reason[:200]})


def _check_releasable(row: Remittance, at: datetime) -> None:
    """Its account is the one in force, and its money is still where its lines say."""
    check_before_release(row)
    if row.state == S.HELD:
        text = _("%(merchant)s has no active payout account: the remittance is held.")
        raise RuleBroken(
            text % {"merchant": row.merchant}, code="remittance_held", field="payee", rule="COD-6"
        )
    if row.amount > 0 and payee_account_for(row.merchant, at) != row.payee:
        text = _(
            "The merchant is paid to another account by now, or to none. Renew the account first."
        )
        raise RuleBroken(text, code="payee_changed", field="payee", rule="COD-6")
    check_ahead(row, at)
    ids, ahead = item_ids_of(row), advanced_ids_of(row)
    lock_items([*ids, *ahead])
    here = Q(pk__in=ids, state=ItemState.IN_REMITTANCE) | Q(pk__in=ahead, state__in=AHEAD)
    if CodItem.objects.filter(here).count() != row.count:
        text = _("The money of a shipment is not on the bank any more: withdraw the remittance.")
        raise RuleBroken(text, code="money_elsewhere", field="rows", rule=RULE)


def _release(row: Remittance, request: ApprovalRequest, *, by: User, at: datetime) -> None:
    REMITTANCE_MOVES.check(S(row.state), S.RELEASED)
    mark_remitted(item_ids=item_ids_of(row), by=by, at=at)
    take_claw_backs(parts=claw_backs_of(row), by=by, at=at)
    row.state, row.approval, row.released_at = S.RELEASED, request, at
    if row.amount > 0:
        row.payout = _pay_out(row, request, by=by, at=at)
    else:
        row.state, row.paid_at = S.PAID, at
    row.save(update_fields=["state", "approval", "released_at", "payout", "paid_at"])
    books.post_remittance(row, by=by, at=at)
    clear_advances(item_ids=advanced_ids_of(row), by=by, at=at)
    _settle(row, by=by, at=at)
    record("remittance.released", row, by=by, at=at, data={"amount": str(row.amount)})
    if row.state == S.PAID:
        record("remittance.paid", row, by=by, at=at, data={"amount": str(row.amount)})


def _pay_out(row: Remittance, request: ApprovalRequest, *, by: User, at: datetime) -> Payout:
    if row.payee is None:
        raise TypeError("a constraint says that a released remittance has an account")
    payout = draft_payout(
        purpose=PayoutPurpose.COD,
        subject=row,
        payee=row.payee,
        amount=row.amount,
        from_account=row.account,
        note=f"代收货款 {row.number}",
        by=by,
        at=at,
    )
    [released] = release_payouts([payout], approval=request, by=by, at=at)
    return released


def _settle(row: Remittance, *, by: User, at: datetime) -> None:
    """Fees and what is set off become the merchant's money with us, statement by statement."""
    sums: dict[int, Decimal] = defaultdict(Decimal)
    numbers: dict[int, str] = {}
    for line in RemittanceRow.objects.filter(
        remittance=row, kind__in=[K.FEE, K.OFFSET]
    ).select_related("statement"):
        if line.statement is not None:
            sums[line.statement.pk] -= line.amount
            numbers[line.statement.pk] = line.statement.number
    for statement_id, amount in sorted(sums.items()):
        take_receipt(
            source=ReceiptSource.OFFSET,
            source_key=receipt_key(row.pk, statement_id),
            payer=row.merchant,
            amount=amount,
            day=timezone.localdate(at),
            debit=books.OUT,
            reference=f"{row.number} {numbers[statement_id]}",
            by=by,
            at=at,
        )
    if sums:
        settle_statements(statement_ids=list(sums), by=by, at=at)
