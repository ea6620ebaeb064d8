"""What a claim comes to: the worth of its things by the papers, and what the rule makes of it (CMP-6)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.claims.enums import ClaimKind, ClaimState
from apps.claims.inputs import Proof
from apps.claims.models import Assessment, Claim, ClaimItem
from apps.claims.queries.rules import (
    is_large,
    terms_of,
    who_may_decide,
)
from apps.claims.rules.amounts import amount
from apps.claims.rules.assessing import Assessed, Facts, Incomplete, Thing, assess
from apps.claims.services import clocks
from apps.claims.services.filing import notify_leaders
from apps.claims.services.moving import (
    RULE,
    about,
    lock_claim,
    move,
    needed,
    write,
)
from apps.claims.services.voiding import check_qualified, void
from apps.claims.wording import missing_words
from apps.core.errors import BadInput, RuleBroken
from apps.core.money import format_money
from apps.events.services import record

S = ClaimState


OVERRIDE = "claims.override_claim"


def compute(claim: Claim, proofs: Mapping[int, Proof] | None = None) -> Assessed | Incomplete:
    """What the claim comes to by its rule, with ``proofs`` by the key of an item in place of what is on file.
    Writes nothing."""
    if claim.rule is None:
        return Incomplete(("rule",))
    things = []
    for item in claim.items.all():
        proof = (proofs or {}).get(item.pk)
        proved = proof.proved if proof else item.proved
        left = proof.salvage if proof else item.salvage
        things.append(Thing(item.what, item.claimed, proved, left))
    facts = Facts(
        kind=ClaimKind(claim.kind),
        insured_amount=claim.insured_amount,
        declared_value=claim.declared_value,
        fee=claim.fee,
        days_late=claim.days_late,
        shipped_on=localdate(claim.waybill.picked_up_at or claim.waybill.issued_at),
        things=things,
    )
    return assess(facts, terms_of(claim.rule))


@transaction.atomic
def assess_claim(
    *,
    claim_id: int,
    proofs: Mapping[int, Proof] | None = None,
    days_late: int | None = None,
    proved_value: Decimal | None = None,
    override: Decimal | None = None,
    override_reason: str = "",
    by: User,
    at: datetime,
) -> Assessment:
    """Write down what the things are worth by the papers, and what the rule makes of it. ``override``: another
    amount, with a reason, by a post that may; never beyond the insured amount or the proved loss. ``proved_value``:
    what the whole shipment was worth by the papers, in yuan.

    RuleBroken ``lacking`` says what is missing."""
    check_qualified(by, at)
    claim = lock_claim(claim_id, by)
    if claim.state == S.ASSESSED:
        void(claim, reason=_("assessed anew"), by=by, at=at)
    if claim.state != S.FILED:
        move(claim, S.ASSESSED)
    _write_proofs(claim, proofs or {})
    if days_late is not None:
        write(claim, days_late=days_late)
    if proved_value is not None:
        write(claim, proved_value=amount(proved_value, "proved_value"))
    found = compute(claim)
    if isinstance(found, Incomplete):
        raise RuleBroken(
            missing_words(found.codes, found.things), code="lacking", field="proof", rule=RULE
        )
    wanted = found.amount
    reason = ""
    if override is not None:
        wanted, reason = _overridden(found, override, override_reason, by)
    if claim.rule is None:
        raise TypeError("what was computed has a rule")
    row = Assessment.objects.create(
        claim=claim,
        n=claim.assessments.count() + 1,
        rule=claim.rule,
        inputs=_inputs(claim),
        steps=[step.plain() for step in found.steps],
        computed=found.amount,
        amount=wanted,
        ceiling=found.ceiling,
        override_reason=reason,
        at=at,
        by=by,
    )
    move(claim, S.ASSESSED, papers_asked_at=None, papers_asked="")
    clocks.answered(claim, by=by, at=at)
    clocks.papers_came(claim, by=by, at=at)
    people = [one.user.pk for one in who_may_decide(claim, at)]
    data = about(claim, amount=str(row.amount), computed=str(row.computed), people=people)
    record("claim.assessed", claim, by=by, at=at, data=data | {"reason": reason})
    if not claim.is_large and is_large(claim.kind, row.amount, localdate(at)):
        write(claim, is_large=True)
        notify_leaders(claim, by=by, at=at)
    return row


def _write_proofs(claim: Claim, proofs: Mapping[int, Proof]) -> None:
    for item in claim.items.filter(pk__in=list(proofs)):
        proof = proofs[item.pk]
        item.proved = amount(proof.proved, f"proved_{item.pk}", zero=True)
        item.salvage = amount(proof.salvage, f"salvage_{item.pk}", zero=True)
        item.why = proof.why[:200]
        if item.salvage > item.proved:
            raise BadInput(
                _("What is left cannot be worth more than the thing itself."),
                code="bad_amount",
                field=f"salvage_{item.pk}",
            )
        ClaimItem.objects.filter(pk=item.pk).update(
            proved=item.proved, salvage=item.salvage, why=item.why
        )


def _overridden(found: Assessed, override: Decimal, text: str, by: User) -> tuple[Decimal, str]:
    wanted = amount(override, "override", zero=True)
    if wanted == found.amount:
        return wanted, ""
    if not by.has_perm(OVERRIDE):
        raise RuleBroken(
            _("Another amount than the computed one is set by a higher post."),
            code="not_your_post",
            field="override",
            rule=RULE,
        )
    if wanted > found.ceiling:
        raise RuleBroken(
            _("At most %(amount)s: never above the insured amount or the proved loss.")
            % {"amount": format_money(found.ceiling)},
            code="above_ceiling",
            field="override",
            rule=RULE,
        )
    return wanted, needed(text, "override_reason")


def _inputs(claim: Claim) -> dict[str, Any]:
    names = ("insured_amount", "declared_value", "fee", "days_late", "claimed", "proved_value")
    found: dict[str, Any] = {name: _text(getattr(claim, name)) for name in names}
    items = claim.items.values_list("what", "quantity", "claimed", "proved", "salvage")
    found["items"] = [[_text(value) for value in row] for row in items]
    return found


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
