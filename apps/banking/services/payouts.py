"""Payouts from draft to release. Two people release each, and what they approved is what is paid (COD-7)."""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from apps.backoffice.enums import ApprovalState, Decision
from apps.backoffice.models import ApprovalRequest
from apps.backoffice.rules.approvals import sha256_of
from apps.backoffice.services import approvals as engine
from apps.backoffice.services import take_number
from apps.banking.approvals import PAYOUT
from apps.banking.enums import AccountState, PayeeState, PayoutState
from apps.banking.models import BankAccount, PayeeAccount, Payout
from apps.banking.queries.payees import payee_account_for, payee_sha
from apps.banking.queries.payouts import payout_of, payout_sha
from apps.banking.states import PAYOUT_MOVES
from apps.core.errors import BadInput, RuleBroken
from apps.core.text import required_text
from apps.events.services import record, recorded_refusals

if TYPE_CHECKING:
    from apps.accounts.models import User

PREFIX = "FK"
RULE = "COD-7"
REFUSED = "payout.attempt_refused"


def draft_payout(
    *,
    purpose: str,
    subject: Model,
    payee: PayeeAccount,
    amount: Decimal,
    from_account: BankAccount,
    note: str = "",
    by: "User",
    at: datetime,
) -> Payout:
    """Draft what ``subject``, a row of a floor above, is paid with: once, called again it is the same draft.
    ``amount`` is in yuan. Refused unless ``payee`` is what ``payee_account_for`` answers at ``at``, and of the
    customer whom the subject names as its ``customer`` or ``merchant``."""
    with recorded_refusals(REFUSED, payee, "draft", by=by, at=at):
        row = _payee(payee)
        check_amount(amount)
        _check_whose(row, subject)
        account = BankAccount.objects.get(pk=from_account.pk)
        if account.state != AccountState.OPEN:
            raise RuleBroken(
                _("The account is closed."), code="account_closed", field="from_account"
            )
        there = payout_of(purpose, subject)
        if there is not None:
            if (there.payee_id, there.amount, there.account_id) == (row.pk, amount, account.pk):
                return there
            raise RuleBroken(
                _("Payout %(number)s of %(amount)s is there for this already. Call it off first.")
                % {"number": there.number, "amount": there.amount},
                code="payout_known",
                rule=RULE,
            )
        check_is_answer(row, purpose, at)
        payout = Payout(
            number=take_number(PREFIX, localdate(at)),
            purpose=purpose,
            subject_type=subject._meta.label_lower,
            subject_id=str(subject.pk),
            payee=row,
            amount=amount,
            account=account,
            note=" ".join(note.split())[:60],
            created_by_id=by.pk,
        )
        payout.content_sha = payout_sha(payout)
        payout.save()
        record("payout.drafted", payout, by=by, at=at, data=about(payout))
        return payout


def release_payouts(
    payouts: Sequence[Payout], *, approval: ApprovalRequest, by: "User", at: datetime
) -> list[Payout]:
    """Release what two people approved with the thing it is for: ``approval`` is of the payouts' subject, and
    its content holds ``amount`` (as text) and ``payee`` (``payee_sha``) of the payout. Released again it is
    left as it is. Rows are locked by key; the database checks the approval once more."""
    if not payouts:
        return []
    with recorded_refusals(REFUSED, payouts[0], "release", by=by, at=at):
        rows = lock_payouts([payout.pk for payout in payouts])
        for row in rows:
            if row.state == PayoutState.RELEASED and row.approval_id == approval.pk:
                continue
            check_covered(row, approval)
            release(row, approval, by=by, at=at)
    return rows


def release(row: Payout, approval: ApprovalRequest, *, by: "User", at: datetime) -> None:
    """The one place where a payout, which the caller has locked, becomes released."""
    PAYOUT_MOVES.check(PayoutState(row.state), PayoutState.RELEASED)
    check_unchanged(row)
    check_is_answer(_payee(row.payee), row.purpose, at)
    row.state, row.approval, row.released_at = PayoutState.RELEASED, approval, at
    row.save(update_fields=["state", "approval", "released_at"])
    record("payout.released", row, by=by, at=at, data=about(row))


@transaction.atomic
def cancel_payout(payout: Payout, *, reason: str, by: "User", at: datetime) -> Payout:
    """Call off what is in no payment file yet; what it was for can be drafted again."""
    [row] = lock_payouts([payout.pk])
    PAYOUT_MOVES.check(PayoutState(row.state), PayoutState.CANCELLED)
    why = required_text(reason)
    if row.state == PayoutState.APPROVING:
        engine.withdraw_approval(kind=PAYOUT, subject=row, reason=why, by=by, at=at)
    row.state = PayoutState.CANCELLED
    row.save(update_fields=["state"])
    record("payout.cancelled", row, by=by, at=at, data={**about(row), "reason": why})
    return row


def check_amount(amount: Decimal) -> None:
    """Whole fen above zero."""
    if amount <= 0:
        raise BadInput(_("An amount is above zero."), code="bad_amount", field="amount")
    if amount != amount.quantize(Decimal("0.01")):
        raise BadInput(_("An amount has two decimals at most."), code="bad_amount", field="amount")


def check_is_answer(payee: PayeeAccount, purpose: str, at: datetime) -> None:
    """Raises RuleBroken (``payee_not_active``) unless this is the account that is paid to now."""
    if payee.customer is None:
        is_answer = payee.state == PayeeState.ACTIVE and payee.purpose == purpose
    else:
        answer = payee_account_for(payee.customer, at, purpose)
        is_answer = answer is not None and answer.pk == payee.pk
    if not is_answer:
        raise RuleBroken(
            _("%(account)s is not in use for this customer now (%(state)s): nothing is paid to it.")
            % {"account": payee.masked, "state": PayeeState(payee.state).label},
            code="payee_not_active",
            field="payee",
            rule="COD-6",
        )


def check_unchanged(row: Payout) -> None:
    """Raises RuleBroken (``payout_changed``) where the payout is not what was drafted."""
    if payout_sha(row) != row.content_sha:
        raise RuleBroken(
            _("Payout %(number)s is not what was drafted any more.") % {"number": row.number},
            code="payout_changed",
            rule=RULE,
        )


def check_approved(row: Payout) -> None:
    """Raises RuleBroken unless it is released and what it was released by still holds for it."""
    check_unchanged(row)
    approval = row.approval
    if approval is None:
        raise RuleBroken(_("It is not released."), code="not_released", rule=RULE)
    if (approval.kind, approval.subject_id) != (PAYOUT, str(row.pk)):
        check_covered(row, approval)
    elif approval.state != ApprovalState.APPROVED or approval.sha256 != row.content_sha:
        raise RuleBroken(
            _("What two people approved is not this payout."), code="not_approved", rule=RULE
        )


def check_covered(row: Payout, approval: ApprovalRequest) -> None:
    """Raises RuleBroken (``not_approved``) unless two persons approved exactly this payment."""
    found = ApprovalRequest.objects.get(pk=approval.pk)
    persons = set(
        found.approvals.filter(decision=Decision.APPROVED).values_list("person", flat=True)
    )
    content: dict[str, Any] = json.loads(found.content)
    covered = (
        found.state == ApprovalState.APPROVED
        and sha256_of(found.content) == found.sha256
        and (found.subject_type, found.subject_id) == (row.subject_type, row.subject_id)
        and content.get("amount") == str(row.amount)
        and content.get("payee") == payee_sha(row.payee)
        and len(persons) >= 2  # two persons
    )
    if not covered:
        raise RuleBroken(
            _("Two people have not approved this payment of %(amount)s to %(account)s.")
            % {"amount": row.amount, "account": row.payee.masked},
            code="not_approved",
            rule=RULE,
        )


def _check_whose(payee: PayeeAccount, subject: Model) -> None:
    whose = getattr(subject, "customer_id", None) or getattr(subject, "merchant_id", None)
    # What is owed to a private person is paid to the account that they named for it, and to no other.
    private = getattr(subject, "private_payee_of", None)
    of = (payee.subject_type, payee.subject_id) if payee.customer_id is None else None
    if of != private or (whose is not None and whose != payee.customer_id):
        raise RuleBroken(
            _("This account belongs to %(customer)s, to whom this is not owed.")
            % {"customer": payee.whom},
            code="payee_of_another",
            field="payee",
            rule="COD-6",
        )


def _payee(payee: PayeeAccount) -> PayeeAccount:
    """Locked against a change of its state until the caller is done."""
    return (
        PayeeAccount.objects.select_for_update(of=("self",))
        .select_related("customer")
        .get(pk=payee.pk)
    )


def lock_payouts(ids: Sequence[int]) -> list[Payout]:
    """The rows, locked by key, so that two who want several wait for one another."""
    found = Payout.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    return list(found.select_related("payee__customer", "account", "approval", "file__made_by"))


def about(row: Payout) -> dict[str, Any]:
    """What its events say: whose it is and what it is for, by which floors above know theirs."""
    return {
        "amount": str(row.amount),
        "customer": row.payee.customer_id,
        "subject_type": row.subject_type,
        "subject_id": row.subject_id,
    }
