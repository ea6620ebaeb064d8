"""Assessments and decisions of the demonstration's claims (CMP-6)."""

from datetime import timedelta
from decimal import Decimal

from django.utils.timezone import localdate

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.claims.demo.sketches import D, Drawn, S, Sketch
from apps.claims.enums import (
    Verdict,
)  # fmt: skip
from apps.claims.models import (
    Assessment,
    Claim,
    ClaimLimit,
    CompensationRule,
    Decision,
)  # fmt: skip
from apps.claims.queries.rules import in_force, terms_of
from apps.claims.rules.assessing import Assessed, Facts, Thing, assess
from apps.claims.states import STANDING


def set_rules(drawn: Drawn) -> None:
    known = {}
    today = localdate()
    for rule in CompensationRule.objects.filter(in_force(today), customer=None):
        known[rule.kind, rule.cover] = rule
    for _sketch, claim in drawn:
        if claim.state != S.DRAFT:
            cover = "uninsured" if claim.insured_amount is None else "insured"
            claim.rule = known[claim.kind, cover]
    for sketch, claim in drawn:
        if claim.state in STANDING:
            claim.approved = _assessed(claim, sketch, D(sketch.proved or 0)).amount


def _assessed(claim: Claim, sketch: Sketch, proved: Decimal) -> Assessed:
    facts = Facts(
        kind=sketch.kind, insured_amount=claim.insured_amount, declared_value=claim.declared_value, fee=claim.fee,
        days_late=claim.days_late, shipped_on=localdate(claim.waybill.issued_at),
        things=[Thing(sketch.goods, claim.claimed, proved)],
    )  # fmt: skip
    if claim.rule is None:
        raise TypeError("a claim that is assessed has a rule")
    found = assess(facts, terms_of(claim.rule))
    if not isinstance(found, Assessed):
        raise TypeError(f"the demonstration's claim lacks {found.codes}")
    return found


def decide(drawn: Drawn, people: dict[str, User]) -> None:
    """Assessed by the agent, decided by the director, or by the manager beyond the director's limit."""
    limits = {(one.role, one.kind): one for one in ClaimLimit.objects.filter(in_force(localdate()))}
    rows = []
    for sketch, claim in drawn:
        if claim.filed_at is None:
            continue
        sums = [one for one in (sketch.earlier, sketch.proved) if one is not None]
        for n, proved in enumerate(sums, start=1):
            found = _assessed(claim, sketch, D(proved))
            rows.append(
                Assessment(
                    claim=claim, n=n, rule=claim.rule, inputs={"claimed": str(claim.claimed)},
                    steps=[one.plain() for one in found.steps], computed=found.amount, amount=found.amount,
                    ceiling=found.ceiling, at=claim.filed_at + timedelta(minutes=4 * n), by=people["agent"],
                )
            )  # fmt: skip
    Assessment.objects.bulk_create(rows)
    decisions = []
    for row in rows:
        if row.claim.state not in STANDING and row.claim.disputed_at is None:
            continue
        name, role = (
            ("manager", Role.DEPARTMENT_MANAGER)
            if row.amount > 1_000
            else ("director", Role.DIRECTOR)
        )
        at = row.at + timedelta(minutes=1)
        decisions.append(
            Decision(
                claim=row.claim, assessment=row, verdict=Verdict.APPROVE, amount=row.amount,
                limit=limits[role, row.claim.kind], role=role, day=localdate(at), at=at, by=people[name],
            )
        )  # fmt: skip
    Decision.objects.bulk_create(decisions)
