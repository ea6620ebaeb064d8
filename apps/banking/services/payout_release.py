"""A payout that nothing else has approved is released by two people of different departments (COD-7)."""

from datetime import datetime
from typing import TYPE_CHECKING, Unpack

from apps.backoffice.enums import ApprovalState
from apps.backoffice.services import approvals as engine
from apps.banking.approvals import PAYOUT
from apps.banking.enums import PayoutState
from apps.banking.models import Payout
from apps.banking.services.payouts import about, check_unchanged, lock_payouts, release
from apps.banking.states import PAYOUT_MOVES
from apps.events.services import record, recorded_refusals

if TYPE_CHECKING:
    from apps.accounts.models import User

REFUSED = "payout.attempt_refused"


def ask_release(payout: Payout, *, by: "User", at: datetime) -> Payout:
    """Two people who did not draft it are asked to release it."""
    with recorded_refusals(REFUSED, payout, "ask", by=by, at=at):
        [row] = lock_payouts([payout.pk])
        PAYOUT_MOVES.check(PayoutState(row.state), PayoutState.APPROVING)
        check_unchanged(row)
        engine.ask_approval(
            kind=PAYOUT, subject=row, title=f"{row.number} {row.payee.whom}", by=by, at=at
        )
        row.state = PayoutState.APPROVING
        row.save(update_fields=["state"])
        record("payout.asked", row, by=by, at=at, data=about(row))
    return row


def approve_payout(
    payout: Payout,
    *,
    by: "User",
    at: datetime,
    **given: Unpack[engine.ApprovalInput],
) -> Payout:
    """The second of two approvals releases it."""
    with recorded_refusals(REFUSED, payout, "approve", by=by, at=at):
        [row] = lock_payouts([payout.pk])
        check_unchanged(row)
        request = engine.approve(kind=PAYOUT, subject=row, by=by, at=at, **given)
        if request.state == ApprovalState.APPROVED:
            release(row, request, by=by, at=at)
    return row


def refuse_payout(payout: Payout, *, seen: str, reason: str, by: "User", at: datetime) -> Payout:
    """It is a draft again: called off, or asked for once more."""
    with recorded_refusals(REFUSED, payout, "refuse", by=by, at=at):
        [row] = lock_payouts([payout.pk])
        engine.refuse(kind=PAYOUT, subject=row, seen=seen, reason=reason, by=by, at=at)
        PAYOUT_MOVES.check(PayoutState(row.state), PayoutState.DRAFT)
        row.state = PayoutState.DRAFT
        row.save(update_fields=["state"])
        record("payout.refused", row, by=by, at=at, data={**about(row), "reason": reason})
    return row
