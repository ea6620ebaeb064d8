"""A claim that is withdrawn, or taken up again (CMP-6)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.claims.enums import ClaimState, PaymentState
from apps.claims.models import Claim
from apps.claims.services import clocks
from apps.claims.services.moving import RULE, about, lock_claim, move, needed, one_at_a_time
from apps.claims.services.voiding import check_qualified, hold_of, release_case, void
from apps.core.errors import RuleBroken
from apps.events.services import record

S = ClaimState


@transaction.atomic
def withdraw_claim(*, claim_id: int, reason: str, by: User, at: datetime) -> Claim:
    """The claimant does not want it any more; not once money has gone out."""
    reason = needed(reason, "reason")
    claim = lock_claim(claim_id, by)
    if claim.payments.exclude(state=PaymentState.FAILED).exists():
        raise RuleBroken(
            _("A payment is planned or made: call it off first."), code="payment_there", rule=RULE
        )
    move(
        claim,
        S.WITHDRAWN,
        withdrawn_at=at,
        withdrawn_by=by,
        agreed_at=None,
        papers_asked_at=None,
        papers_asked="",
    )
    clocks.over(claim, by=by, at=at)
    release_case(claim, by=by, at=at)
    record("claim.withdrawn", claim, by=by, at=at, data=about(claim, reason=reason))
    return claim


@transaction.atomic
def reopen_claim(*, claim_id: int, reason: str, by: User, at: datetime) -> Claim:
    """An appeal against a refusal, or something new about a paid one. What was paid stays paid; only what is
    approved beyond it is paid later."""
    reason = needed(reason, "reason")
    check_qualified(by, at)
    claim = lock_claim(claim_id, by)
    if claim.state not in (S.REFUSED, S.PAID):
        raise RuleBroken(
            _("Only a refused or a paid claim is taken up again."),
            code="illegal_move",
            field="state",
        )
    _check_no_other(claim)
    void(claim, reason=reason, by=by, at=at)
    hold_of(claim, by=by, at=at)
    record("claim.reopened", claim, by=by, at=at, data=about(claim, reason=reason))
    return claim


def _check_no_other(claim: Claim) -> None:
    one_at_a_time("waybill", claim.waybill_id)
    others = Claim.objects.live().filter(waybill=claim.waybill_id, kind=claim.kind)
    other = others.exclude(pk=claim.pk).first()
    if other is not None:
        raise RuleBroken(
            _("%(number)s of this kind is under way for this shipment: go on there.")
            % {"number": other.number},
            code="claim_living",
            rule=RULE,
        )
