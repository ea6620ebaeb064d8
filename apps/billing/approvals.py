"""What of billing is approved: a write-off, by two people who did not ask for it (BIL-5)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.enums import Role
from apps.backoffice.approval_kinds import Policy
from apps.backoffice.rules.approvals import JUST_NOW, Round
from apps.billing.enums import WriteOffSeat, WriteOffState
from apps.billing.models import WriteOff
from apps.billing.queries.owing import owed_on

WRITE_OFF = "billing.write_off"
# In any order; persons are told apart by staff number.
_TWO = Round.of(
    {
        WriteOffSeat.MANAGER: {Role.DEPARTMENT_MANAGER, Role.PROJECT_MANAGER},
        WriteOffSeat.MANAGEMENT: {Role.GENERAL_MANAGER, Role.DEPUTY_GENERAL_MANAGER},
    }
)


def _content(row: WriteOff) -> dict[str, Any]:
    """With what is owed now, so that any payment meanwhile makes it another thing."""
    owed = row.owed
    if row.state == WriteOffState.ASKED:
        owed = owed_on([row.statement_id])[row.statement_id].owed
    return {
        "payer": row.statement.payer_name,
        "statement": row.statement.number,
        "owed": str(owed),
        "amount": str(row.amount),
        "reason": row.reason,
    }


def _words(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (_("Payer"), content["payer"]),
        (_("Statement"), content["statement"]),
        (_("Still owed on it"), content["owed"]),
        (_("To be written off"), content["amount"]),
        (_("Reason"), content["reason"]),
    ]


APPROVALS = (
    Policy(
        kind=WRITE_OFF,
        label=gettext_lazy("Write-off"),
        model="billing.WriteOff",
        rounds=lambda _row: [_TWO],
        content=_content,
        seats=WriteOffSeat,
        makers=lambda row: [row.asked_by],
        second_factor_within=JUST_NOW,
        words=_words,
        rule="BIL-5",
    ),
)
