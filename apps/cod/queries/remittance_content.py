"""What two people see and approve of a remittance: every line, and where the money goes (COD-7)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.backoffice.rules.approvals import canonical, sha256_of
from apps.banking.queries.payees import payee_sha
from apps.cod.models import Remittance
from apps.core.money import format_money


def remittance_content(row: Remittance) -> dict[str, Any]:
    """``amount`` and ``payee`` are also what the payout is compared with at its release."""
    lines = row.rows.order_by("n").values_list(
        "n", "kind", "amount", "text", "item_id", "claw_back_id", "statement_id"
    )
    payee = row.payee
    return {
        "number": row.number,
        "merchant": row.merchant.name,
        "day": row.day.isoformat(),
        "shipments": row.count,
        "collected": str(row.collected),
        "advanced": str(row.advanced),
        "fees": str(row.fees),
        "claw_backs": str(row.claw_backs),
        "offset": str(row.offset),
        "amount": str(row.amount),
        "holder": payee.holder if payee else "",
        "bank": f"{payee.bank} {payee.branch}" if payee else "",
        "account": payee.masked if payee else "",
        "payee": payee_sha(payee) if payee else "",
        "from": str(row.account),
        "lines": sha256_of(
            canonical({"lines": [[str(value or "") for value in line] for line in lines]})
        ),
    }


def remittance_words(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (_("Remittance"), content["number"]),
        (_("Merchant"), content["merchant"]),
        (_("Day"), content["day"]),
        (_("Shipments"), str(content["shipments"])),
        (_("Collected"), _money(content["collected"])),
        (_("Paid ahead of the bank"), _money(content["advanced"])),
        (_("COD fees"), _money(content["fees"])),
        (_("Claw-backs"), _money(content["claw_backs"])),
        (_("Set against statements"), _money(content["offset"])),
        (_("Paid out"), _money(content["amount"])),
        (_("Account holder"), content["holder"] or "—"),
        (_("Bank"), content["bank"] or "—"),
        (_("Payout account"), content["account"] or "—"),
        (_("Paid from"), content["from"]),
        (_("Fingerprint of the lines"), content["lines"][:16]),
    ]


def _money(text: str) -> str:
    return format_money(Decimal(text))
