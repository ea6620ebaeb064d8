"""Invoices and red forms as Nuonuo has them over the wire: what is sent, and what its answers mean."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from apps.billing.channels import nuonuo_wire as wire
from apps.billing.channels.base import (
    FoundForm,
    Order,
    OrderLine,
    Outcome,
    RedOrder,
    RedOutcome,
    RedPart,
)
from apps.billing.enums import EnteredBy, InvoiceKind, RedFormAction, RedReason, TaxEffect

METHOD = "nuonuo.OpeMplatform."
CHINA = ZoneInfo("Asia/Shanghai")
NUMBER = re.compile(r"[0-9]{20}")
LINES = {InvoiceKind.E_SPECIAL: "bs", InvoiceKind.E_NORMAL: "pc"}
# Theirs are 1 销货退回, 2 开票有误, 3 服务中止, 4 销售折让.
REASONS = {
    RedReason.RETURNED: "1",
    RedReason.MISTAKE: "2",
    RedReason.STOPPED: "3",
    RedReason.DISCOUNT: "4",
}
SIDES = {EnteredBy.SELLER: "0", EnteredBy.BUYER: "1"}
SELLER = SIDES[EnteredBy.SELLER]
ISSUED, FAILED = "2", "22"
AT_WORK, VOIDED = frozenset({"20", "21"}), frozenset({"3", "31"})


def order_of(order: Order) -> dict[str, Any]:
    """An order as it goes over the wire; amounts as text with two places, and both of them, so that the
    provider computes none."""
    return {
        "orderNo": order.number,
        "invoiceDate": datetime.now(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
        "invoiceType": "1",
        "invoiceLine": LINES[order.kind],
        "extensionNumber": wire.value("extension"),
        "salerTaxNum": wire.value("tax_number"),
        "salerTel": wire.value("phone"),
        "salerAddress": wire.value("address"),
        "salerAccount": wire.value("account"),
        "buyerName": order.title,
        "buyerTaxNum": order.tax_number,
        # We hand it out ourselves.
        "pushMode": "-1",
        "clerk": wire.value("clerk"),
        "invoiceDetail": [
            {
                "goodsName": line.name,
                "goodsCode": line.item_code,
                "withTaxFlag": "1",
                "taxRate": _rate(line.rate_ppm),
                "taxIncludedAmount": f"{line.gross:.2f}",
                "taxExcludedAmount": f"{line.net:.2f}",
                "tax": f"{line.tax:.2f}",
                "invoiceLineProperty": "0",
            }
            for line in order.lines
        ],
    }


def form_of(form: RedOrder) -> dict[str, Any]:
    """A red form as it goes over the wire: without lines where the whole invoice is taken back."""
    payload: dict[str, Any] = {
        "billId": form.number,
        "blueInvoiceLine": LINES[form.kind],
        "applySource": SIDES[form.entered_by],
        "blueElecInvoiceNumber": form.invoice_number,
        "sellerTaxNo": wire.value("tax_number"),
        "sellerName": wire.value("name"),
        "buyerTaxNo": form.tax_number,
        "buyerName": form.title,
        "redReason": REASONS[form.reason],
        "extensionNumber": wire.value("extension"),
    }
    if form.parts:
        payload["detail"] = [_part(part) for part in form.parts]
    return payload


def _part(part: RedPart) -> dict[str, str]:
    line: OrderLine = part.line
    return {
        "blueDetailIndex": str(part.nth),
        "goodsName": line.name,
        "goodsCode": line.item_code,
        "taxRate": _rate(line.rate_ppm),
        "taxExcludedAmount": f"{-line.net:.2f}",
        "taxAmount": f"{-line.tax:.2f}",
    }


def reply_of(form: RedOrder, action: RedFormAction) -> tuple[str, dict[str, str]]:
    which = {"billUuid": form.uuid} if form.uuid else {"billId": form.number}
    payload = {**which, "identity": SELLER, "extensionNumber": wire.value("extension")}
    if action == RedFormAction.WITHDRAW:
        return f"{METHOD}confirmInfoCancel", payload
    agreed = "1" if action == RedFormAction.CONFIRM else "0"
    return f"{METHOD}confirm", {**payload, "confirmAgreement": agreed}


def _rate(ppm: int) -> str:
    return f"{Decimal(ppm) / 1_000_000:.6f}".rstrip("0").rstrip(".")


def query_invoices(**which: list[str]) -> list[dict[str, Any]]:
    result = wire.call(f"{METHOD}queryInvoiceResult", {**which, "isOfferInvoiceDetail": "0"})
    rows = result if isinstance(result, list) else [result]
    return [row for row in rows if isinstance(row, dict)]


def outcome_of(answer: dict[str, Any], order: Order) -> Outcome:
    status, ref = str(answer.get("status") or ""), str(answer.get("serialNo") or "")[:40]
    words = str(answer.get("failCause") or answer.get("statusMsg") or "")[:200]
    if status in AT_WORK:
        return Outcome(TaxEffect.PENDING, status, words, ref)
    if status == FAILED or status in VOIDED:
        return Outcome(TaxEffect.REFUSED, status, words, ref)
    if status != ISSUED:
        return Outcome(TaxEffect.UNCLEAR, f"status_{status}"[:40], words, ref)
    number, day = _issued(answer)
    gross = _decimal(answer.get("orderAmount"))
    if not number or day is None:
        return Outcome(TaxEffect.UNCLEAR, "no_number", words, ref)
    if gross is not None and gross != order.gross:
        return Outcome(TaxEffect.UNCLEAR, "amount_differs", f"{number} {gross}", ref)
    buyer = str(answer.get("payerTaxNo") or order.tax_number)
    if buyer != order.tax_number:
        # Our number was used before, as after a database was set back.
        return Outcome(TaxEffect.UNCLEAR, "buyer_differs", f"{number} {buyer}", ref)
    return Outcome(TaxEffect.DONE, status, "", ref, number, day)


def _issued(answer: dict[str, Any]) -> tuple[str, date | None]:
    """The number of 20 digits and the day in China; "" and None for what is none."""
    given = answer.get("allElectronicInvoiceNumber") or answer.get("invoiceNo") or ""
    number = str(given).strip()
    try:
        day = datetime.fromtimestamp(int(answer["invoiceTime"]) / 1000, CHINA).date()
    except (KeyError, ValueError, TypeError, OverflowError, OSError):
        return "", None
    return (number, day) if NUMBER.fullmatch(number) else ("", None)


def forms_in(result: Any) -> list[dict[str, Any]] | None:
    if not isinstance(result, dict) or not isinstance(result.get("list", []), list):
        return None
    return [row for row in result.get("list", []) if isinstance(row, dict)]


def red_outcome_of(answer: dict[str, Any]) -> RedOutcome:
    state = str(answer.get("billStatus") or "")[:2]
    serial = str(answer.get("invoiceSerialNum") or "")[:40]
    number, day = _red_invoice(serial)
    net, tax = _decimal(answer.get("taxExcludedAmount")), _decimal(answer.get("taxAmount"))
    return RedOutcome(
        TaxEffect.DONE,
        state,
        str(answer.get("billMessage") or "")[:200],
        bureau_state=state,
        number=str(answer.get("billNo") or "")[:32],
        uuid=str(answer.get("billUuid") or "")[:32],
        ref=serial,
        net=None if net is None else abs(net),
        tax=None if tax is None else abs(tax),
        red_number=number,
        red_issued_on=day,
    )


def _red_invoice(serial: str) -> tuple[str, date | None]:
    """Number and day of a red invoice; nothing as long as it is at work, or cannot be asked about."""
    if not serial:
        return "", None
    try:
        rows = query_invoices(serialNos=[serial])
    except (wire.NotDone, wire.Unclear, wire.Refused):
        return "", None
    done = [row for row in rows if str(row.get("status")) == ISSUED]
    return _issued(done[0]) if done else ("", None)


def found_form(row: dict[str, Any]) -> FoundForm | None:
    """A form of a payer; None for ours and for what cannot be read."""
    reasons = {theirs: ours for ours, theirs in REASONS.items()}
    try:
        if str(row["applySource"]) != SIDES[EnteredBy.BUYER] or str(row["billStatus"]) != "03":
            return None
        at = datetime.strptime(str(row["billTime"]), "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
        return FoundForm(
            number=str(row.get("billNo") or "")[:32],
            order=str(row["billId"])[:32],
            uuid=str(row["billUuid"])[:32],
            bureau_state="03",
            invoice_number=str(row.get("blueElecInvoiceNumber") or row["blueInvoiceNumber"]),
            reason=reasons[str(row["redReason"])],
            net=abs(Decimal(str(row["taxExcludedAmount"]))),
            tax=abs(Decimal(str(row["taxAmount"]))),
            entered_at=at,
            parts=tuple(_found_parts(row.get("detail") or [])),
        )
    except (KeyError, ValueError, TypeError, InvalidOperation):
        return None


def _found_parts(detail: Iterable[Any]) -> Iterable[tuple[int, Decimal, Decimal]]:
    for row in detail:
        net, tax = Decimal(str(row["taxExcludedAmount"])), Decimal(str(row["taxAmount"]))
        yield int(row["blueDetailIndex"]), abs(net), abs(tax)


def _decimal(value: Any) -> Decimal | None:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
