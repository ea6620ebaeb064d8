"""MT940: the library reads the tags, here they become statements whose balances are checked."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.banking.reading.values import Line, Reading, Statement
from apps.core.errors import BadInput

# Everything else is for people, and some banks put nonsense into it.
_WANTED = ("20", "25", "28", "28C", "60F", "60M", "61", "86", "62F", "62M")
_TAG = re.compile(r"^:([0-9A-Z]{2,3}):", re.MULTILINE)
_MOVEMENT = re.compile(r"^:61:", re.MULTILINE)
_OPENING, _CLOSING = ("final_opening_balance", "intermediate_opening_balance"), ("final_closing_balance", "intermediate_closing_balance")  # fmt: skip


def read_mt940(text: str) -> Reading:
    """Statements in the order of the file. One without its closing balance is cut off."""
    import mt940  # few processes read these

    plain = _plain(text)
    try:
        found = mt940.parse_statements(plain, options=mt940.Options(reversal_sign=True))
    except Exception as error:  # the library raises anything at all; the person needs one answer
        raise BadInput(
            _("The MT940 file cannot be read: %(why)s.") % {"why": str(error)[:120]},
            code="file_broken",
            field="file",
        ) from None
    statements = [
        _statement(one) for one in found if one.data.get("transaction_reference") is not None
    ]
    if sum(len(one.lines) for one in statements) != len(_MOVEMENT.findall(plain)):
        raise BadInput(
            _("The MT940 file has movements outside of a statement: its beginning is missing."),
            code="statement_missing",
            field="file",
        )
    return Reading("mt940", tuple(statements))


def _plain(text: str) -> str:
    """Only the tags that are read, without what stands between statements."""
    accepted, keeps = [], False
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if line.startswith(":") and (tag := _TAG.match(line)):
            keeps = tag[1] in _WANTED
        elif line.startswith(("-}", "{")) or line.strip() == "-":
            keeps = False
        if keeps and line.strip():
            accepted.append(line)
    return "\n".join(accepted) + "\n"


def _statement(found: Any) -> Statement:
    lines = [_line(number, one.data) for number, one in enumerate(found.transactions, start=1)]
    opening, closing = (_balance(found.data, names) for names in (_OPENING, _CLOSING))
    breaks: tuple[int, ...] = ()
    if opening is not None and closing is not None:
        lines = _proven(lines, [one.data for one in found.transactions], closing - opening)
        if opening + sum((line.amount for line in lines), Decimal(0)) != closing:
            breaks = (0,)
    warnings = () if closing is not None else (_("The statement has no closing balance."),)
    return Statement(
        lines=tuple(lines),
        account=str(found.data.get("account_identification") or ""),
        currency=str(found.data.get("currency") or (lines[0].currency if lines else "")),
        opening=opening,
        closing=closing,
        breaks=breaks,
        warnings=warnings,
    )


def _proven(lines: list[Line], data: list[Any], moved: Decimal) -> list[Line]:
    """Signs of reversals: those of the standard, or where only the other ones fit the balance, those."""
    if sum((line.amount for line in lines), Decimal(0)) == moved:
        return lines
    turned = [
        _turned(line) if str(details.get("status", "")).startswith("R") else line
        for line, details in zip(lines, data, strict=True)
    ]
    return turned if sum((line.amount for line in turned), Decimal(0)) == moved else lines


def _turned(line: Line) -> Line:
    return line._replace(amount=-line.amount)


def _line(number: int, data: dict[str, Any]) -> Line:
    amount = data["amount"]
    texts = [data.get("transaction_details"), data.get("purpose"), data.get("extra_details")]
    refs = [str(data.get(name) or "").strip() for name in ("customer_reference", "bank_reference")]
    return Line(
        row=number,
        day=date(data["date"].year, data["date"].month, data["date"].day),
        amount=Decimal(str(amount.amount)).quantize(Decimal("0.01")),
        party_name=" ".join(str(data.get("applicant_name") or "").split())[:160],
        party_number=str(data.get("gvc_applicant_iban") or data.get("applicant_iban") or "")[:40],
        text=" ".join(" ".join(str(part).split()) for part in texts if part)[:500],
        ref=" ".join(ref for ref in refs if ref and ref != "NONREF")[:80],
        currency=str(amount.currency or ""),
    )


def _balance(data: dict[str, Any], names: tuple[str, ...]) -> Decimal | None:
    for name in names:
        if data.get(name) is not None:
            return Decimal(str(data[name].amount.amount)).quantize(Decimal("0.01"))
    return None
