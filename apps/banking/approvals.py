"""What of banking is approved, by two people of different departments who did not enter it: an account that we
pay to (COD-6), and a payout that nothing else has approved (COD-7)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.enums import Role
from apps.backoffice.approval_kinds import Policy
from apps.backoffice.rules.approvals import JUST_NOW, Round
from apps.banking.enums import Meanwhile, NameCheck, PaymentSeat, PayoutPurpose
from apps.banking.models import PayeeAccount
from apps.banking.queries.payees import payee_content
from apps.banking.queries.payouts import payout_content
from apps.core.money import format_money
from apps.core.times import local

PAYEE, PAYOUT = "banking.payee", "banking.payout"
# Any two departments, each once; persons are told apart by staff number.
TWO_DEPARTMENTS = Round.of(
    {
        PaymentSeat.FINANCE: {Role.FINANCE},
        PaymentSeat.OPERATIONS: {Role.DEPARTMENT_MANAGER, Role.PROJECT_MANAGER},
        PaymentSeat.SERVICE: {Role.DIRECTOR},
        PaymentSeat.MANAGEMENT: {Role.GENERAL_MANAGER, Role.DEPUTY_GENERAL_MANAGER},
    },
    quorum=2,
)


def _payee_makers(payee: PayeeAccount) -> list[Any]:
    """Whoever entered it, and whoever called."""
    return [payee.created_by, *(call.by for call in payee.calls.select_related("by"))]


def _payee_words(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [
        (_("Customer"), content["customer"]),
        (_("For"), str(PayoutPurpose(content["purpose"]).label)),
        (_("Account holder"), content["holder"]),
        (_("Holder's name"), str(NameCheck(content["name_check"]).label)),
        (_("Bank"), f"{content['bank']} {content['branch']}"),
        (_("CNAPS code"), content["cnaps"]),
        (_("Account number"), f"**** {content['tail']}"),
        (_("Until it is in use, money due is"), str(Meanwhile(content["meanwhile"]).label)),
        (_("Papers"), ", ".join(one["name"] for one in content["papers"]) or "—"),
        (_("Called back"), _call_words(content["call"])),
    ]
    if content["shared_with"]:
        found.append((_("Also the account of"), ", ".join(content["shared_with"])))
    return found


def _call_words(call: list[str]) -> str:
    """Who was called, when, and what they said; the content holds the instant with its zone."""
    if not call:
        return "—"
    name, at, answer = call
    return " · ".join((name, local(datetime.fromisoformat(at)), answer))


def _payout_words(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (_("Payout"), content["number"]),
        (_("For"), str(PayoutPurpose(content["purpose"]).label)),
        (_("Customer"), content["customer"]),
        (_("Account holder"), content["holder"]),
        (_("Bank"), content["bank"]),
        (_("Account number"), f"**** {content['tail']}"),
        (_("Amount"), format_money(Decimal(content["amount"]))),
        (_("Paid from"), content["from"]),
        (_("Text for the payee"), content["note"] or "—"),
    ]


APPROVALS = (
    Policy(
        kind=PAYEE,
        label=gettext_lazy("Payout account"),
        model="banking.PayeeAccount",
        rounds=lambda _row: [TWO_DEPARTMENTS],
        content=payee_content,
        seats=PaymentSeat,
        makers=_payee_makers,
        second_factor_within=JUST_NOW,
        words=_payee_words,
        rule="COD-6",
    ),
    Policy(
        kind=PAYOUT,
        label=gettext_lazy("Payout"),
        model="banking.Payout",
        rounds=lambda _row: [TWO_DEPARTMENTS],
        content=payout_content,
        seats=PaymentSeat,
        makers=lambda row: [row.created_by],
        second_factor_within=JUST_NOW,
        words=_payout_words,
        rule="COD-7",
    ),
)
