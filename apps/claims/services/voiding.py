"""What acts on a claim share: who may work on claims, the hold on its case, what makes an approval void (CMP-6)."""

from datetime import datetime
from typing import Any

from apps.accounts.enums import UserKind
from apps.accounts.models import User
from apps.claims.enums import ClaimState
from apps.claims.models import Claim
from apps.claims.services import clocks
from apps.claims.services.moving import about, move
from apps.complaints.services import hold_case, lift_hold
from apps.events.services import record
from apps.training.enums import Area
from apps.training.queries import check_may_work

S = ClaimState


def check_qualified(by: User, at: datetime) -> None:
    """Customers, programs and the system are not examined."""
    if by.kind == UserKind.PERSON:
        check_may_work(by, Area.CLAIMS, at)


def hold_of(claim: Claim, *, by: User, at: datetime) -> None:
    """Its case stays open while something is owed for the claim or to be decided about it."""
    if claim.case is not None:
        hold_case(case=claim.case, subject=claim, label=claim.number, by=by, at=at)


def release_case(claim: Claim, *, by: User, at: datetime) -> None:
    """Nothing is owed for this claim any more: its case may be closed."""
    lift_hold(subject=claim, by=by, at=at)


def void(claim: Claim, *, reason: str, by: User, at: datetime) -> None:
    """Back to filed; assessment and decision stay on record and count no more."""
    was = claim.state
    values: dict[str, Any] = {"approved": None, "decided_at": None, "decided_by": None}
    move(claim, S.FILED, **values, agreed_at=None, agreed_how="", paid_at=None, overpaid_reason="")
    if was in (S.APPROVED, S.REFUSED, S.PAID):
        clocks.start(claim, by=by, at=at)
    record("claim.voided", claim, by=by, at=at, data=about(claim, reason=reason))
