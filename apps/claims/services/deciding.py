"""Who says yes: within the own limit, never to the own assessment above what is paid on the spot (CMP-6)."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.claims.enums import ClaimState, Verdict
from apps.claims.models import Assessment, Claim, ClaimLimit, Decision
from apps.claims.queries.money import worth_of
from apps.claims.queries.rules import (
    approved_by,
    limit_of,
    who_may_decide,
)
from apps.claims.services import clocks
from apps.claims.services.moving import (
    RULE,
    about,
    in_words,
    is_same_person,
    lock_claim,
    move,
    needed,
    one_at_a_time,
)
from apps.claims.services.recovering import lower_asked
from apps.claims.services.voiding import check_qualified, release_case
from apps.core.errors import RuleBroken
from apps.core.money import format_money
from apps.events.services import record

S = ClaimState


@transaction.atomic
def approve_claim(
    *, claim_id: int, assessment_id: int, reason: str = "", by: User, at: datetime
) -> Claim:
    """Say yes to the newest assessment. RuleBroken: ``own_assessment``, ``beyond_limit``, ``day_used_up`` (each says
    who may decide it now), ``changed_meanwhile`` where there is a newer one."""
    check_qualified(by, at)
    claim = lock_claim(claim_id, by)
    row = _newest(claim, assessment_id)
    if row.amount == 0:
        raise RuleBroken(
            _("It comes to nothing: refuse it with the clause, or assess it anew."),
            code="nothing_to_approve",
            rule=RULE,
        )
    limit = check_limit(claim, row, by, at)
    _check_worth(claim, row)
    _decide(claim, row, Verdict.APPROVE, limit=limit, reason=reason, by=by, at=at)
    move(claim, S.APPROVED, approved=row.amount, decided_at=at, decided_by=by)
    lower_asked(claim, by=by, at=at)
    clocks.decided(claim, by=by, at=at)
    record("claim.approved", claim, by=by, at=at, data=about(claim, amount=str(row.amount)))
    return claim


def _check_worth(claim: Claim, row: Assessment) -> None:
    """All claims of a shipment together: at most its declared or proved value and the freight. One at a time, so
    that two who approve at the same moment see one another."""
    one_at_a_time("value", claim.waybill_id)
    worth = worth_of(claim)
    if row.amount <= worth.left:
        return
    raise RuleBroken(
        _(
            "All claims of this shipment together come to %(most)s at most: its declared or proved value, and the"
            " freight. %(granted)s is granted by others, so that %(left)s is left. Was the shipment worth more,"
            " assess it anew with the proved value of the whole shipment."
        )
        % {
            "most": format_money(worth.most),
            "granted": format_money(worth.granted),
            "left": format_money(worth.left),
        },
        code="beyond_value",
        rule=RULE,
    )


def check_limit(claim: Claim, row: Assessment, by: User, at: datetime) -> ClaimLimit:
    """The limit by which ``by`` may decide it at ``at``; RuleBroken says why not, and who may."""
    # As the database's trigger names it: one lock for all sign-in names of a person.
    one_at_a_time("limit", by.person_key or f"user:{by.pk}")
    day = localdate(at)
    limit = limit_of(by, claim.kind, day)
    if limit is None or row.amount > limit.per_claim:
        most = format_money(limit.per_claim) if limit else format_money(Decimal(0))
        raise _not_you(
            _("%(amount)s is beyond your limit of %(limit)s.")
            % {"amount": format_money(row.amount), "limit": most},
            "beyond_limit", claim, at,
        )  # fmt: skip
    if is_same_person(row.by, by) and row.amount > limit.on_the_spot:
        raise _not_you(
            _("You assessed it yourself: somebody else decides."), "own_assessment", claim, at
        )
    spent = approved_by([by.pk], day).get(by.pk, Decimal(0))
    if spent + row.amount > limit.per_day:
        raise _not_you(
            _("You have approved %(spent)s today; your limit of the day is %(limit)s.")
            % {"spent": format_money(spent), "limit": format_money(limit.per_day)},
            "day_used_up", claim, at,
        )  # fmt: skip
    return limit


def _not_you(words: str, code: str, claim: Claim, at: datetime) -> RuleBroken:
    people = ", ".join(one.user.display_name for one in who_may_decide(claim, at)[:3])
    who = _("Who may now: %(people)s.") % {"people": people} if people else _("Nobody may now.")
    return RuleBroken(f"{words} {who}", code=code, rule=RULE)


@transaction.atomic
def return_claim(
    *, claim_id: int, assessment_id: int, reason: str, by: User, at: datetime
) -> Claim:
    """Back to the assessor, with what is to be done."""
    reason = needed(reason, "reason")
    check_qualified(by, at)
    claim = lock_claim(claim_id, by)
    row = _newest(claim, assessment_id)
    _decide(claim, row, Verdict.RETURN, limit=None, reason=reason, by=by, at=at)
    move(claim, S.FILED)
    record("claim.returned", claim, by=by, at=at, data=about(claim, reason=reason))
    return claim


@transaction.atomic
def refuse_claim(*, claim_id: int, clause: str, reason: str, by: User, at: datetime) -> Claim:
    """Refuse it by a clause and for a reason in one sentence. The claimant may appeal. What was paid before it was
    taken up again is paid too much then: the case is held until somebody has decided what becomes of it.

    RuleBroken ``payment_there``: something was paid, and it is not assessed anew yet."""
    clause, reason = needed(clause, "clause", most=120), needed(reason, "reason")
    check_qualified(by, at)
    claim = lock_claim(claim_id, by)
    row = claim.assessments.order_by("-n").first() if claim.state == S.ASSESSED else None
    is_paid = claim.payments.exclude(state="failed").exists()
    if claim.state == S.FILED and is_paid:
        raise RuleBroken(
            _("Something was paid for this claim: assess it instead."),
            code="payment_there",
            rule=RULE,
        )
    _decide(claim, row, Verdict.REFUSE, limit=None, reason=reason, by=by, at=at)
    move(
        claim,
        S.REFUSED,
        decided_at=at,
        decided_by=by,
        refusal_clause=clause,
        refusal_reason=reason,
        papers_asked_at=None,
        papers_asked="",
    )
    clocks.decided(claim, by=by, at=at)
    clocks.over(claim, by=by, at=at)
    if not is_paid:
        release_case(claim, by=by, at=at)
    data = about(claim, clause=clause, reason=reason)
    record("claim.refused", claim, by=by, at=at, data=data)
    return claim


def _newest(claim: Claim, assessment_id: int) -> Assessment:
    row = claim.assessments.order_by("-n").first()
    if row is None or claim.state != S.ASSESSED or row.pk != assessment_id:
        raise RuleBroken(
            _("This was changed since you opened it. Look at it once more before you decide."),
            code="changed_meanwhile",
            rule=RULE,
        )
    return row


def _decide(
    claim: Claim,
    row: Assessment | None,
    verdict: Verdict,
    *,
    limit: ClaimLimit | None,
    reason: str,
    by: User,
    at: datetime,
) -> None:
    again = (
        _("Somebody has just decided this. Look at it once more."),
        "changed_meanwhile",
    )
    beyond = (_("This is beyond your limit."), "beyond_limit")
    with in_words(decision_once=again, decision_within_limit=beyond, decision_by_another=beyond):
        Decision.objects.create(
            claim=claim,
            assessment=row,
            verdict=verdict,
            amount=row.amount if row is not None and verdict == Verdict.APPROVE else 0,
            limit=limit,
            role=limit.role if limit is not None else "",
            reason=" ".join(reason.split())[:300],
            day=localdate(at),
            at=at,
            by=by,
        )
