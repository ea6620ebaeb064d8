"""CAMT.052, .053 and .054: by element names, whatever the version. The direction is ``CdtDbtInd``;
``RvslInd`` only labels. Where the balance disagrees the file is held, not guessed."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]  # no stubs
from defusedxml.ElementTree import ParseError, fromstring  # type: ignore[import-untyped]  # no stubs
from django.utils.translation import gettext as _

from apps.banking.reading.values import Line, Reading, Statement
from apps.core.errors import BadInput

_STATEMENTS = ("Stmt", "Rpt", "Ntfctn")
_CENT = Decimal("0.01")


def read_camt(content: bytes) -> Reading:
    try:
        root = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise BadInput(
            _("The XML file is damaged or cut off: %(why)s.") % {"why": str(error)[:120]},
            code="file_broken",
            field="file",
        ) from None
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    found = [one for one in root.iter() if one.tag in _STATEMENTS]
    if not found:
        raise BadInput(
            _("The XML file holds no statement, report or notification of an account."),
            code="statement_missing",
            field="file",
        )
    number = iter(range(1, 10**9))
    return Reading("camt", tuple(_statement(one, number) for one in found))


def _statement(element: Any, number: Any) -> Statement:
    lines: list[Line] = []
    refused: list[BadInput] = []
    entries = element.findall("Ntry")
    # Entries without a day of their own are of the day of the message.
    made = _text(element, "FrToDt/ToDtTm") or _text(element, "CreDtTm")
    for entry in entries:
        row = next(number)
        try:
            lines += _lines(entry, row, made)
        except (ValueError, InvalidOperation):
            refused.append(
                BadInput(
                    _("An entry without a day, an amount or a direction that can be read."),
                    code="line_unreadable",
                    row=row,
                )
            )
    currency = _text(element, "Acct/Ccy") or (lines[0].currency if lines else "")
    opening = _balance(element, ("OPBD", "PRCD"), currency)
    closing = _balance(element, ("CLBD",), currency)
    total = sum((line.amount for line in lines if line.is_booked), Decimal(0))
    odd = opening is not None and closing is not None and opening + total != closing
    return Statement(
        lines=tuple(lines),
        account=_text(element, "Acct/Id/IBAN") or _text(element, "Acct/Id/Othr/Id"),
        currency=currency,
        opening=opening,
        closing=closing,
        breaks=(0,) if odd else (),
        refused=tuple(refused),
        entries=len(entries),
    )


def _lines(entry: Any, row: int, made: str) -> list[Line]:
    """One for each detail where their amounts add up to the entry, else one for the entry."""
    whole = _signed(entry)
    day = _day(entry, "BookgDt") or _day(entry, "ValDt")
    if day is None and made:
        day = date.fromisoformat(made[:10])
    if whole is None or day is None:
        raise ValueError("no amount or no day")
    details = entry.findall("NtryDtls/TxDtls")
    parts = [_detail_amount(one, whole) for one in details]
    status = _text(entry, "Sts/Cd") or _text(entry, "Sts")
    common: dict[str, Any] = {
        "row": row,
        "day": day,
        "currency": entry.find("Amt").get("Ccy", ""),
        "is_booked": status in ("", "BOOK"),
    }
    if (
        len(details) > 1
        and all(p is not None for p in parts)
        and sum(p or 0 for p in parts) == whole
    ):
        return [
            _line(entry, one, part or Decimal(0), common)
            for one, part in zip(details, parts, strict=True)
        ]
    return [_line(entry, details[0] if len(details) == 1 else None, whole, common)]


def _line(entry: Any, detail: Any, amount: Decimal, common: dict[str, Any]) -> Line:
    texts, refs = [_text(entry, "AddtlNtryInf")], [_text(entry, "AcctSvcrRef")]
    name = party = ""
    if detail is not None:
        other = "Dbtr" if amount >= 0 else "Cdtr"
        name = _text(detail, f"RltdPties/{other}/Nm") or _text(detail, f"RltdPties/{other}/Pty/Nm")
        where = f"RltdPties/{other}Acct/Id"
        party = _text(detail, f"{where}/IBAN") or _text(detail, f"{where}/Othr/Id")
        texts += [one.text or "" for one in detail.findall("RmtInf/Ustrd")]
        texts += [one.text or "" for one in detail.findall("RmtInf/Strd/CdtrRefInf/Ref")]
        refs += [_text(detail, f"Refs/{ref}") for ref in ("AcctSvcrRef", "EndToEndId")]
    return Line(
        amount=amount,
        party_name=" ".join(name.split())[:160],
        party_number=party[:40],
        text=" ".join(" ".join(part.split()) for part in texts if part)[:500],
        ref=" ".join(dict.fromkeys(ref for ref in refs if ref and ref != "NOTPROVIDED"))[:80],
        **common,
    )


def _detail_amount(detail: Any, whole: Decimal) -> Decimal | None:
    amount = detail.find("Amt")
    if amount is None:
        amount = detail.find("AmtDtls/TxAmt/Amt")
    if amount is None:
        return None
    value = Decimal(amount.text or "").quantize(_CENT)
    mark = _text(detail, "CdtDbtInd")
    negative = mark == "DBIT" if mark else whole < 0
    return -value if negative else value


def _signed(element: Any) -> Decimal | None:
    amount, mark = element.find("Amt"), _text(element, "CdtDbtInd")
    if amount is None or mark not in ("CRDT", "DBIT"):
        return None
    value = Decimal((amount.text or "").strip()).quantize(_CENT)
    return value if mark == "CRDT" else -value


def _balance(element: Any, codes: tuple[str, ...], currency: str) -> Decimal | None:
    """The first of these balances; None in another currency, which proves nothing."""
    for code in codes:
        for one in element.findall("Bal"):
            if _text(one, "Tp/CdOrPrtry/Cd") == code:
                amount = one.find("Amt")
                if amount is None or amount.get("Ccy", "") != currency:
                    return None
                return _signed(one)
    return None


def _day(element: Any, name: str) -> date | None:
    if plain := _text(element, f"{name}/Dt"):
        return date.fromisoformat(plain[:10])
    if moment := _text(element, f"{name}/DtTm"):
        return datetime.fromisoformat(moment).date()
    return None


def _text(element: Any, path: str) -> str:
    found = element.find(path)
    return "" if found is None or found.text is None else found.text.strip()
