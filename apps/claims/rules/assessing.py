"""What a claim comes to, by its rule: an amount with the steps that lead to it, or what is missing (CMP-6).

Pure and total. Amounts are in yuan, whole fen. Insured goods are paid by the agreed rule (快递暂行条例: insured by
the agreed rules), never above the insured amount nor above the proved loss. Uninsured goods are paid by their
proved value (civil law); an agreed limit counts only where its explanation is on record, and no multiple of
the fee is built in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from apps.claims.enums import ClaimKind, Cover, Formula
from apps.core.money import money

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Thing:
    """One line of the claim; ``proved`` None: its value is not proved yet."""

    what: str
    claimed: Decimal
    proved: Decimal | None
    salvage: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Terms:
    """The rule's own numbers; shares are parts of one."""

    formula: Formula
    share: Decimal = Decimal(1)
    deductible: Decimal = ZERO
    cap: Decimal | None = None
    proportional: bool = False
    fee_per_day: Decimal | None = None
    limit: Decimal | None = None
    limit_explained_on: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the claim says; the first four are frozen at its filing. ``shipped_on`` is the local day on which the
    shipment was handed to us: a limit that was explained later does not bind it."""

    kind: ClaimKind
    insured_amount: Decimal | None
    declared_value: Decimal | None
    fee: Decimal | None
    days_late: int | None
    shipped_on: date
    things: Sequence[Thing]

    @property
    def cover(self) -> Cover:
        return Cover.UNINSURED if self.insured_amount is None else Cover.INSURED


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the way to the amount: ``code`` has words in both languages (``wording``), ``after`` is what
    stands after it."""

    code: str
    after: Decimal
    values: Mapping[str, Any] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        values = {name: str(value) for name, value in self.values.items()}
        return {"code": self.code, "after": str(self.after), "values": values}


@dataclass(frozen=True, slots=True)
class Assessed:
    """``ceiling``: what nobody may go beyond, whatever the reason."""

    amount: Decimal
    ceiling: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Incomplete:
    """What is missing, as codes with words in both languages; goods without a proved value by their names."""

    codes: tuple[str, ...]
    things: tuple[str, ...] = ()


def assess(facts: Facts, terms: Terms) -> Assessed | Incomplete:
    """The amount by the rule, or what is missing."""
    if terms.formula == Formula.FEE_BY_DAY:
        return _by_day(facts, terms)
    unproved = tuple(one.what for one in facts.things if one.proved is None)
    if not facts.things or unproved:
        return Incomplete(("things",) if not facts.things else ("proof",), unproved)
    steps: list[Step] = []
    lost = ZERO
    for one in facts.things:
        loss = max(ZERO, min(one.claimed, one.proved or ZERO) - one.salvage)
        lost += loss
        steps.append(
            Step("thing", lost, {
                "what": one.what, "claimed": one.claimed, "proved": one.proved, "salvage": one.salvage, "loss": loss,
            })
        )  # fmt: skip
    if terms.formula == Formula.INSURED_LOSS:
        return _insured(facts, terms, lost, steps)
    return _uninsured(facts, terms, lost, steps)


def _insured(facts: Facts, terms: Terms, lost: Decimal, steps: list[Step]) -> Assessed | Incomplete:
    insured, declared = facts.insured_amount, facts.declared_value
    if insured is None:
        return Incomplete(("insured_amount",))
    ceiling, now = min(lost, insured), lost
    if terms.proportional and facts.kind != ClaimKind.LOSS:
        if not declared:
            return Incomplete(("declared_value",))
        if insured < declared:
            now = money(now * insured / declared)
            steps.append(Step("proportion", now, {"insured": insured, "declared": declared}))
    if now > insured:
        now = insured
        steps.append(Step("insured_at_most", now, {"insured": insured}))
    return _finish(terms, now, ceiling, steps)


def _uninsured(facts: Facts, terms: Terms, lost: Decimal, steps: list[Step]) -> Assessed:
    now = lost
    if terms.limit is not None:
        explained = terms.limit_explained_on
        if explained is None or explained > facts.shipped_on:
            steps.append(Step("limit_not_explained", now, {"limit": terms.limit}))
        elif now > terms.limit:
            now = terms.limit
            steps.append(Step("limit", now, {"limit": terms.limit, "day": explained}))
    return _finish(terms, now, lost, steps)


def _by_day(facts: Facts, terms: Terms) -> Assessed | Incomplete:
    lacking = [
        name
        for name, value in (("fee", facts.fee), ("days_late", facts.days_late))
        if value is None
    ]
    if lacking or facts.fee is None or facts.days_late is None or terms.fee_per_day is None:
        return Incomplete(tuple(lacking) or ("fee_per_day",))
    refund = money(facts.fee * terms.fee_per_day * facts.days_late)
    values = {"days": facts.days_late, "share": percent(terms.fee_per_day), "fee": facts.fee}
    steps = [Step("by_day", refund, values)]
    if refund > facts.fee:
        refund = facts.fee
        steps.append(Step("fee_at_most", refund, {"fee": facts.fee}))
    return _finish(terms, refund, facts.fee, steps)


def _finish(terms: Terms, now: Decimal, ceiling: Decimal, steps: list[Step]) -> Assessed:
    if terms.share != 1:
        now = money(now * terms.share)
        steps.append(Step("share", now, {"share": percent(terms.share)}))
    if terms.deductible:
        now = max(ZERO, now - terms.deductible)
        steps.append(Step("deductible", now, {"deductible": terms.deductible}))
    if terms.cap is not None and now > terms.cap:
        now = terms.cap
        steps.append(Step("cap", now, {"cap": terms.cap}))
    return Assessed(money(now), money(ceiling), tuple(steps))


def percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f} %"
