"""Payments of a claim: planned and released by two people, never more than approved (CMP-6)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.banking.enums import PayoutPurpose, PayoutState
from apps.banking.models import BankAccount, Payout
from apps.banking.queries.payees import payee_account_for, private_payee_for
from apps.banking.services import ask_release, cancel_payout, draft_payout
from apps.claims.enums import ClaimState, PaymentState, PayWay
from apps.claims.models import Claim, ClaimPayment
from apps.claims.queries.money import paid_sum, taken_sum
from apps.claims.rules.amounts import amount as sum_of
from apps.claims.services import books, clocks
from apps.claims.services.closing import finish_if_paid, left_of
from apps.claims.services.moving import (
    RULE,
    about,
    in_words,
    is_same_person,
    lock_claim,
    needed,
    write,
)
from apps.claims.services.voiding import hold_of, release_case
from apps.claims.states import PAYMENT_MOVES
from apps.core.errors import RuleBroken
from apps.core.money import format_money
from apps.events.services import record

S, P, W = ClaimState, PaymentState, PayWay


@transaction.atomic
def plan_payment(
    *,
    claim_id: int,
    way: PayWay,
    amount: Decimal | None = None,
    received_by: str = "",
    from_account: BankAccount | None = None,
    by: User,
    at: datetime,
) -> ClaimPayment:
    """Plan a payment of what is left, or of ``amount``; somebody else releases it. A transfer goes to the
    customer's payout account for claims, or to the one that a private claimant named, and is drafted in banking, whose two approvals release it.

    RuleBroken ``above_approved`` names what is left."""
    claim = lock_claim(claim_id, by)
    if claim.state != S.AGREED:
        raise RuleBroken(
            _("Pay once the claimant has agreed."), code="illegal_move", field="state", rule=RULE
        )
    left = left_of(claim)
    wanted = left if amount is None else sum_of(amount, "amount")
    if wanted > left or wanted <= 0:
        raise _above(left)
    if way == W.SET_OFF and claim.customer is None:
        raise RuleBroken(
            _("A private claimant has no statement: pay by transfer or in cash."),
            code="no_customer",
            field="way",
            rule=RULE,
        )
    if way == W.CASH:
        received_by = needed(received_by, "received_by", most=60)
    row = _payment(claim, way, wanted, received_by, by, at)
    if way == W.TRANSFER:
        row.payout = _draft(row, claim, from_account, by, at)
        row.save(update_fields=["payout"])
    data = about(claim, amount=str(wanted), way=str(way))
    record("claim.payment_planned", claim, by=by, at=at, data=data)
    return row


def _payment(
    claim: Claim, way: PayWay, wanted: Decimal, received_by: str, by: User, at: datetime
) -> ClaimPayment:
    above = (_above(left_of(claim)).message, "above_approved")
    with in_words(claim_payment_within_approved=above):
        return ClaimPayment.objects.create(
            claim=claim, key=uuid4(), way=str(way), amount=wanted, received_by=received_by,
            planned_at=at, planned_by=by,
        )  # fmt: skip


def _draft(
    row: ClaimPayment, claim: Claim, account: BankAccount | None, by: User, at: datetime
) -> Payout:
    customer = claim.customer
    if customer is None:
        payee = private_payee_for(claim)
        none = _("The claimant has not named an account yet: they do so on the page of their case.")
    else:
        payee = payee_account_for(customer, at, PayoutPurpose.CLAIM)
        none = _("The customer has no payout account for compensation in use: enter it first.")
    if payee is None:
        raise RuleBroken(none, code="payee_missing", field="way", rule=RULE)
    if account is None:
        raise RuleBroken(
            _("Say which account of ours it is paid from."),
            code="required",
            field="from_account",
            rule=RULE,
        )
    payout = draft_payout(
        purpose=PayoutPurpose.CLAIM, subject=row, payee=payee, amount=row.amount,
        from_account=account, note=claim.number, by=by, at=at,
    )  # fmt: skip
    ask_release(payout, by=by, at=at)
    return payout


@transaction.atomic
def release_payment(*, payment_id: int, by: User, at: datetime) -> ClaimPayment:
    """The second person: cash is handed out, a set-off goes to the statement. RuleBroken ``same_person`` for who
    planned it. Released again it is left as it is."""
    row = lock_payment(payment_id, by)
    if row.state in (P.RELEASED, P.PAID):
        raise RuleBroken(_("It is released already."), code="released_already", rule=RULE)
    if row.way == W.TRANSFER:
        raise RuleBroken(
            _("A transfer is released by the two approvals of its payout."),
            code="by_payout",
            rule=RULE,
        )
    if is_same_person(row.planned_by, by):
        raise RuleBroken(
            _("You planned it yourself: somebody else releases it."), code="same_person", rule=RULE
        )
    _released(row, by=by, at=at)
    _paid(row, by=by, at=at)
    return row


def _released(row: ClaimPayment, *, by: User, at: datetime) -> None:
    PAYMENT_MOVES.check(P(row.state), P.RELEASED)
    row.state, row.released_at, row.released_by = P.RELEASED, at, by
    row.save(update_fields=["state", "released_at", "released_by"])
    books.post_payment(row, by=by, at=at)
    data = about(row.claim, amount=str(row.amount), way=row.way)
    record("claim.payment_released", row.claim, by=by, at=at, data=data)
    if row.way == W.SET_OFF:
        told = {"payment": row.pk, "amount": str(row.amount), "waybill": row.claim.waybill.number}
        record("claim.set_off", row.claim, by=by, at=at, data=about(row.claim, **told))


def _paid(row: ClaimPayment, *, by: User, at: datetime) -> None:
    PAYMENT_MOVES.check(P(row.state), P.PAID)
    row.state, row.paid_at = P.PAID, at
    row.save(update_fields=["state", "paid_at"])
    finish_if_paid(row.claim, by=by, at=at)


@transaction.atomic
def call_off_payment(*, payment_id: int, reason: str, by: User, at: datetime) -> ClaimPayment:
    """Before it is released; a transfer's payout is called off with it."""
    reason = needed(reason, "reason", most=200)
    row = lock_payment(payment_id, by)
    if row.state != P.PLANNED:
        raise RuleBroken(_("It is released already."), code="released_already", rule=RULE)
    if row.payout is not None and row.payout.state != PayoutState.CANCELLED:
        cancel_payout(row.payout, reason=reason, by=by, at=at)
    _failed(row, reason, by=by, at=at)
    return row


def _failed(row: ClaimPayment, reason: str, *, by: User, at: datetime) -> None:
    PAYMENT_MOVES.check(P(row.state), P.FAILED)
    was = row.state
    row.state, row.failed_at, row.failed_why = P.FAILED, at, reason[:200]
    row.failed_by = by
    row.save(update_fields=["state", "failed_at", "failed_by", "failed_why"])
    if was != P.PLANNED:
        books.take_back_payment(row, by=by, at=at)
    claim = row.claim
    if _is_owed_again(claim):
        write(claim, state=S.AGREED, paid_at=None, closed_at=None, closed_by=None)
        clocks.to_be_paid(claim, by=by, at=at)
        hold_of(claim, by=by, at=at)
    elif claim.state == S.REFUSED and not taken_sum(claim):
        release_case(claim, by=by, at=at)
    data = about(claim, amount=str(row.amount), reason=reason)
    record("claim.payment_failed", claim, by=by, at=at, data=data)


def _is_owed_again(claim: Claim) -> bool:
    """The bank gave back what had settled it, even after it was closed; not beside another claim that lives."""
    if claim.state not in (S.PAID, S.CLOSED) or paid_sum(claim) >= (claim.approved or Decimal(0)):
        return False
    others = Claim.objects.live().filter(waybill=claim.waybill_id, kind=claim.kind)
    return claim.state == S.PAID or not others.exclude(pk=claim.pk).exists()


@transaction.atomic
def follow_payouts(*, payouts: Sequence[tuple[int, str]], by: User, at: datetime) -> None:
    """What became of transfers, as banking announces it: (key of our payment, kind of event). Repeating one
    changes nothing."""
    for payment_id, kind in payouts:
        row = lock_payment(payment_id)
        if kind == "payout.released" and row.state == P.PLANNED:
            releaser = _releaser(row, by)
            _released(row, by=releaser, at=at)
        elif kind == "payout.paid" and row.state == P.RELEASED:
            _paid(row, by=by, at=at)
        elif kind in ("payout.returned", "payout.cancelled") and row.state != P.FAILED:
            why = _("the bank gave it back") if kind == "payout.returned" else _("called off")
            _failed(row, why, by=by, at=at)


def _releaser(row: ClaimPayment, by: User) -> User:
    """Who gave the last of the two approvals; never who planned it."""
    request = row.payout.approval if row.payout is not None else None
    given = request.approvals.order_by("decided_at").last() if request is not None else None
    return given.decided_by if given is not None else by


def lock_payment(payment_id: int, by: User | None = None) -> ClaimPayment:
    """The payment and before it its claim, both locked; DoesNotExist for whoever may not see the claim."""
    claim_id = ClaimPayment.objects.values_list("claim_id", flat=True).get(pk=payment_id)
    claim = lock_claim(claim_id, by)
    rows = ClaimPayment.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("planned_by", "payout__approval").get(pk=payment_id)
    row.claim = claim
    return row


def _above(left: Decimal) -> RuleBroken:
    return RuleBroken(
        _("Never more than approved: %(left)s is left to be paid.")
        % {"left": format_money(max(left, Decimal(0)))},
        code="above_approved",
        field="amount",
        rule=RULE,
    )
