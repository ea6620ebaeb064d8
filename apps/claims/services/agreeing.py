"""The claimant agrees to the amount or disputes it (CMP-6)."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.claims.enums import AgreedHow, ClaimState
from apps.claims.models import Claim
from apps.claims.services import clocks
from apps.claims.services.closing import finish_if_paid
from apps.claims.services.moving import (
    RULE,
    about,
    lock_claim,
    move,
    needed,
    write,
)
from apps.claims.services.voiding import void
from apps.core.errors import RuleBroken
from apps.core.money import format_money
from apps.events.services import record

S = ClaimState


@transaction.atomic
def agree(
    *,
    claim_id: int,
    amount: Decimal,
    how: AgreedHow,
    read_back: str = "",
    by: User,
    at: datetime,
    own: bool = False,
) -> Claim:
    """The claimant agrees to ``amount``, which is what stands; on the phone ``read_back`` is what was read back to
    them. ``own``: the claimant speaks, by the page or a key."""
    if how == AgreedHow.PHONE:
        read_back = needed(read_back, "read_back")
    claim = lock_claim(claim_id, None if own else by)
    _check_unchanged(claim, amount)
    move(claim, S.AGREED, agreed_at=at, agreed_how=str(how))
    clocks.to_be_paid(claim, by=by, at=at)
    data = about(claim, amount=str(claim.approved), how=str(how), said_back=read_back)
    record("claim.agreed", claim, by=by, at=at, data=data)
    finish_if_paid(claim, by=by, at=at)
    return claim


@transaction.atomic
def dispute(
    *,
    claim_id: int,
    reason: str,
    how: AgreedHow,
    amount: Decimal | None = None,
    by: User,
    at: datetime,
    own: bool = False,
) -> Claim:
    """The claimant does not agree: it is assessed once more; what was approved is void and stays on record.
    ``amount``: what the page showed; another one by now is not disputed unread (RuleBroken ``changed_meanwhile``)."""
    reason = needed(reason, "reason")
    claim = lock_claim(claim_id, None if own else by)
    if claim.state != S.APPROVED:
        raise RuleBroken(
            _("There is no amount to dispute now."), code="illegal_move", field="state", rule=RULE
        )
    if amount is not None:
        _check_unchanged(claim, amount)
    write(claim, disputed_at=at, dispute_reason=reason)
    record("claim.disputed", claim, by=by, at=at, data=about(claim, reason=reason, how=str(how)))
    void(claim, reason=_("the claimant disputes it"), by=by, at=at)
    return claim


def _check_unchanged(claim: Claim, amount: Decimal) -> None:
    if claim.state == S.APPROVED and claim.approved != amount:
        raise RuleBroken(
            _("The amount is another by now: %(amount)s. Look at it once more.")
            % {"amount": format_money(claim.approved or Decimal(0))},
            code="changed_meanwhile",
            rule=RULE,
        )
