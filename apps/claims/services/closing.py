"""How a claim ends once money moved: paid, closed, and what becomes of a sum that was paid too much (CMP-6)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.claims.enums import ClaimState, PaymentState, PayWay
from apps.claims.models import Claim, ClaimPayment
from apps.claims.queries.money import paid_sum, taken_sum
from apps.claims.queries.rules import limit_of
from apps.claims.services import clocks
from apps.claims.services.moving import (
    RULE,
    about,
    lock_claim,
    move,
    needed,
    write,
)
from apps.claims.services.voiding import release_case
from apps.core.errors import RuleBroken
from apps.core.money import format_money
from apps.events.services import record

S, P, W = ClaimState, PaymentState, PayWay


# Where a sum may turn out to be paid too much.
TAKES_BACK = frozenset({S.PAID, S.REFUSED})


def left_of(claim: Claim) -> Decimal:
    """What may still be planned, in yuan; below zero where too much was paid."""
    return (claim.approved or Decimal(0)) - taken_sum(claim)


def is_overpaid(claim: Claim) -> bool:
    """More has gone out than is approved, and nobody has decided yet what becomes of it."""
    return claim.state in TAKES_BACK and not claim.overpaid_reason and left_of(claim) < 0


def finish_if_paid(claim: Claim, *, by: User, at: datetime) -> None:
    """All of it went out: the claim is paid, its clocks end and its case is free."""
    if claim.state != S.AGREED or claim.approved is None or paid_sum(claim) < claim.approved:
        return
    move(claim, S.PAID, paid_at=at)
    clocks.paid(claim, by=by, at=at)
    release_case(claim, by=by, at=at)
    record("claim.paid", claim, by=by, at=at, data=about(claim, amount=str(claim.approved)))


@transaction.atomic
def settle_overpaid(*, claim_id: int, reason: str, by: User, at: datetime) -> Claim:
    """More was paid than is approved by now, or the claim was refused after all: somebody within whose limit it lies
    says what becomes of it, once."""
    reason = needed(reason, "reason")
    claim = lock_claim(claim_id, by)
    over = -left_of(claim)
    if not is_overpaid(claim):
        raise RuleBroken(_("Nothing was paid too much."), code="nothing_overpaid", rule=RULE)
    limit = limit_of(by, claim.kind, localdate(at))
    if limit is None or over > limit.per_claim:
        raise RuleBroken(_("This is beyond your limit."), code="beyond_limit", rule=RULE)
    write(claim, overpaid_reason=reason)
    if claim.state == S.REFUSED:
        release_case(claim, by=by, at=at)
    data = about(claim, amount=str(over), reason=reason)
    record("claim.overpaid_settled", claim, by=by, at=at, data=data)
    return claim


@transaction.atomic
def close_claim(*, claim_id: int, by: User, at: datetime, own: bool = False) -> Claim:
    """Money moved and nothing is left to decide."""
    claim = lock_claim(claim_id, None if own else by)
    if claim.state == S.PAID and left_of(claim) < 0 and not claim.overpaid_reason:
        raise RuleBroken(
            _("%(amount)s was paid too much: decide first what becomes of it.")
            % {"amount": format_money(-left_of(claim))},
            code="overpaid",
            rule=RULE,
        )
    move(claim, S.CLOSED, closed_at=at, closed_by=by)
    record("claim.closed", claim, by=by, at=at, data=about(claim))
    return claim


@transaction.atomic
def close_with_cases(*, case_ids: Sequence[int], by: User, at: datetime) -> int:
    """Their cases, or those these were merged into, are confirmed and closed: paid claims close with them, but for those with too much paid."""
    theirs = Q(case__in=case_ids) | Q(case__merged_into__in=case_ids)
    rows = list(Claim.objects.filter(theirs, state=S.PAID).order_by("pk"))
    if not rows:
        return 0
    taken = dict(
        ClaimPayment.objects.filter(claim__in=rows)
        .exclude(state=P.FAILED)
        .values_list("claim")
        .annotate(sum=Sum("amount"))
    )
    closed = 0
    for row in rows:
        over = taken.get(row.pk, Decimal(0)) > (row.approved or Decimal(0))
        if row.overpaid_reason or not over:
            close_claim(claim_id=row.pk, by=by, at=at, own=True)
            closed += 1
    return closed
