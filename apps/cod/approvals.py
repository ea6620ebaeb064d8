"""What of money at the door two people decide: another amount due, a write-off, a courier's debt waived, what
was counted over, what a provider settled differently; what a merchant is remitted, and who is paid ahead of the
bank."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.approval_kinds import Policy
from apps.backoffice.rules.approvals import JUST_NOW, Round
from apps.banking.approvals import TWO_DEPARTMENTS
from apps.banking.enums import PaymentSeat
from apps.cod.enums import DecisionKind, DecisionSeat, DecisionState
from apps.cod.models import AdvancePolicy, CodDecision
from apps.cod.queries.debts import debt_of
from apps.cod.queries.remittance_content import remittance_content, remittance_words
from apps.core.money import format_money

DECISION, REMITTANCE, ADVANCE_POLICY = "cod.decision", "cod.remittance", "cod.advance_policy"
# In any order; persons are told apart by staff number.
_TWO = Round.of(
    {
        DecisionSeat.MANAGER: {Role.DEPARTMENT_MANAGER, Role.PROJECT_MANAGER},
        DecisionSeat.FINANCE: {Role.FINANCE},
    }
)


def _content(row: CodDecision) -> dict[str, Any]:
    """With what stands now, so that anything that happens meanwhile makes it another thing."""
    before = row.before
    if row.state == DecisionState.ASKED and row.courier is not None:
        before = debt_of(row.courier)
    return {
        "kind": row.kind,
        "of": str(row.about),
        "merchant": row.item.merchant.name if row.item else "",
        "state": row.item.state if row.item and row.state == DecisionState.ASKED else "",
        "before": str(before),
        "amount": str(row.amount),
        "reason": row.reason,
    }


def _makers(row: CodDecision) -> list[User]:
    """Whoever counted what is over, or entered what was settled, does not decide about it either."""
    found = [row.asked_by]
    if row.cash_up and row.cash_up.counted_by:
        found.append(row.cash_up.counted_by)
    if row.settlement:
        found.append(row.settlement.entered_by)
    return found


def _words(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (_("What"), str(DecisionKind(content["kind"]).label)),
        (_("Of"), content["of"]),
        (_("Merchant"), content["merchant"] or "—"),
        (_("Amount now"), content["before"]),
        (_("Amount"), content["amount"]),
        (_("Reason"), content["reason"]),
    ]


def _policy_content(row: AdvancePolicy) -> dict[str, Any]:
    return {
        "merchant": row.customer.name,
        "since": row.since.isoformat(),
        "until": row.until.isoformat() if row.until else "",
        "limit": str(row.limit),
        "reason": row.reason,
    }


def _policy_words(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (_("Merchant"), content["merchant"]),
        (_("Since"), content["since"]),
        (_("Until"), content["until"] or "—"),
        (_("Limit"), format_money(Decimal(content["limit"]))),
        (_("Reason"), content["reason"]),
    ]


APPROVALS = (
    Policy(
        kind=DECISION,
        label=gettext_lazy("COD decision"),
        model="cod.CodDecision",
        rounds=lambda _row: [_TWO],
        content=_content,
        seats=DecisionSeat,
        makers=_makers,
        second_factor_within=JUST_NOW,
        words=_words,
        rule="COD-7",
    ),
    Policy(
        kind=REMITTANCE,
        label=gettext_lazy("Remittance"),
        model="cod.Remittance",
        rounds=lambda _row: [TWO_DEPARTMENTS],
        content=remittance_content,
        seats=PaymentSeat,
        makers=lambda row: [row.prepared_by],
        second_factor_within=JUST_NOW,
        words=remittance_words,
        rule="COD-7",
    ),
    Policy(
        kind=ADVANCE_POLICY,
        label=gettext_lazy("Paying ahead of the bank"),
        model="cod.AdvancePolicy",
        rounds=lambda _row: [TWO_DEPARTMENTS],
        content=_policy_content,
        seats=PaymentSeat,
        makers=lambda row: [row.asked_by],
        second_factor_within=JUST_NOW,
        words=_policy_words,
        rule="COD-7",
    ),
)
