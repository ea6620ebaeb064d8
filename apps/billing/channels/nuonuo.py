"""Nuonuo's 诺税通saas: invoices and red forms of the fully digitalised e-invoice (数电票).

As published: 请求开具发票 ``nuonuo.OpeMplatform.requestBillingNew`` (answers with a serial; the result
comes later), 发票详情查询 ``queryInvoiceResult`` by orderNo or serial (status 2 issued, 20 and 21 at work,
22 failed, 24 not sealed, 3 and 31 voided), 红字确认单 ``saveInvoiceRedConfirm``, ``queryInvoiceRedConfirm``
(bureau's states 01 … 10, 15 applying, 16 not accepted), ``refreshInvoiceRedConfirm``, ``confirm``,
``confirmInfoCancel`` (interface papers V2.0 of open.jss.com.cn). That orderNo issues once (E9106), that
an unknown one is E9500, that the bureau itself issues the red invoice of a digital one once its form is
confirmed, and ``redInvoiceNumber`` of a form are not in those papers: they are as the module
l10n_cn_edi_nuonuo proposed to Odoo found them at the live service in September 2026.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from apps.billing.channels import nuonuo_wire as wire
from apps.billing.channels.base import (
    Begin,
    FoundForm,
    Order,
    OrderLine,
    Outcome,
    RedOrder,
    RedOutcome,
    RedPart,
    TaxChannel,
    nothing,
)
from apps.billing.enums import EnteredBy, InvoiceKind, RedReason, RedWish, TaxEffect

METHOD = "nuonuo.OpeMplatform."
CHINA = ZoneInfo("Asia/Shanghai")
NUMBER = re.compile(r"[0-9]{20}")
KNOWN_ALREADY, NOT_KNOWN = "E9106", "E9500"
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
# Forms entered by payers are looked for so far back; theirs allows 90 days, the bureau's clock 3.
LOOK_BACK = timedelta(days=5)
PAGE, MOST_PAGES = 50, 20


class Nuonuo(TaxChannel):
    name = "nuonuo"

    def __init__(self) -> None:
        # A form takes three requests, and a token may have to be waited for before.
        self.lease = timedelta(seconds=4 * float(wire.value("timeout")) + 40)

    def configured(self) -> bool:
        needed = ("url", "token_url", "app_key", "app_secret", "tax_number", "name")
        return all(wire.value(one) for one in needed)

    def issue(self, order: Order, begin: Begin = nothing) -> Outcome:
        try:
            result = wire.call(f"{METHOD}requestBillingNew", {"order": order_of(order)}, begin)
        except wire.NotDone as no:
            return Outcome(TaxEffect.NOT_DONE, no.code, no.words, retry_after=no.retry_after)
        except wire.Unclear as lost:
            return Outcome(TaxEffect.UNCLEAR, str(lost))
        except wire.Refused as no:
            if no.code == KNOWN_ALREADY:
                return self.ask(order)
            return self._refused(order, no)
        serial = result.get("invoiceSerialNum") if isinstance(result, dict) else ""
        return Outcome(TaxEffect.PENDING, ref=str(serial or "")[:40])

    def _refused(self, order: Order, no: wire.Refused) -> Outcome:
        """A refusal is believed once the provider says that it has no such order."""
        found = self.ask(order)
        if found.effect == TaxEffect.NOT_THERE:
            return Outcome(TaxEffect.REFUSED, no.code, no.words)
        return found

    def ask(self, order: Order) -> Outcome:
        try:
            result = _query(orderNos=[order.number])
        except wire.Refused as no:
            if no.code == NOT_KNOWN:
                return Outcome(TaxEffect.NOT_THERE, no.code, no.words)
            return Outcome(TaxEffect.UNCLEAR, no.code, no.words)
        except wire.NotDone as no:
            return Outcome(TaxEffect.UNCLEAR, no.code, no.words, retry_after=no.retry_after)
        except wire.Unclear as lost:
            return Outcome(TaxEffect.UNCLEAR, str(lost))
        ours = [one for one in result if str(one.get("orderNo")) == order.number]
        return _read(ours[0], order) if ours else Outcome(TaxEffect.UNCLEAR, "not_our_order")

    def tell(self, form: RedOrder, wish: RedWish, begin: Begin = nothing) -> RedOutcome:
        try:
            if wish == RedWish.ENTER:
                wire.call(f"{METHOD}saveInvoiceRedConfirm", form_of(form), begin)
            else:
                wire.call(*_reply(form, wish), begin)
        except wire.NotDone as no:
            return RedOutcome(TaxEffect.NOT_DONE, no.code, no.words, retry_after=no.retry_after)
        except wire.Unclear as lost:
            return RedOutcome(TaxEffect.UNCLEAR, str(lost))
        except wire.Refused as no:
            # One that was entered already is refused as a double: so a refusal is believed once the
            # provider has no such form.
            found = self.ask_form(form)
            if wish == RedWish.ENTER and found.effect != TaxEffect.NOT_THERE:
                return found
            return RedOutcome(TaxEffect.REFUSED, no.code, no.words)
        return RedOutcome(TaxEffect.PENDING)

    def ask_form(self, form: RedOrder) -> RedOutcome:
        which = {"billUuid": form.uuid} if form.uuid else {"billId": form.number}
        try:
            if form.uuid:
                # What the other side did at the bureau since.
                _ignoring_refusal("refreshInvoiceRedConfirm", {"identity": SELLER, **which})
            result = wire.call(
                f"{METHOD}queryInvoiceRedConfirm", {"identity": SELLER, "pageNo": "1", **which}
            )
        except wire.Refused as no:
            return RedOutcome(TaxEffect.UNCLEAR, no.code, no.words)
        except wire.NotDone as no:
            return RedOutcome(TaxEffect.UNCLEAR, no.code, no.words, retry_after=no.retry_after)
        except wire.Unclear as lost:
            return RedOutcome(TaxEffect.UNCLEAR, str(lost))
        forms = _forms(result)
        if forms is None:
            return RedOutcome(TaxEffect.UNCLEAR, "garbage")
        if not forms:
            return RedOutcome(TaxEffect.NOT_THERE)
        if str(forms[0].get("blueElecInvoiceNumber") or form.invoice_number) != form.invoice_number:
            return RedOutcome(TaxEffect.UNCLEAR, "not_our_form")
        return _read_form(forms[0])

    def waiting_forms(self) -> Sequence[FoundForm]:
        today = timezone.localdate(timezone=CHINA)
        since, until = (today - LOOK_BACK).isoformat(), today.isoformat()
        window = {"identity": SELLER, "billTimeStart": since, "billTimeEnd": until}
        found: list[FoundForm] = []
        try:
            _ignoring_refusal(
                "refreshInvoiceRedConfirm",
                {"identity": SELLER, "startTime": since, "endTime": until},
            )
            for page in range(1, MOST_PAGES + 1):
                asked = {"billStatus": "03", "pageSize": str(PAGE), "pageNo": str(page), **window}
                forms = _forms(wire.call(f"{METHOD}queryInvoiceRedConfirm", asked)) or []
                found += [one for one in map(_found, forms) if one is not None]
                if len(forms) < PAGE:
                    break
        except (wire.NotDone, wire.Unclear, wire.Refused):
            return found
        return found


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
    said: dict[str, Any] = {
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
        said["detail"] = [_part(part) for part in form.parts]
    return said


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


def _reply(form: RedOrder, wish: RedWish) -> tuple[str, dict[str, str]]:
    which = {"billUuid": form.uuid} if form.uuid else {"billId": form.number}
    said = {**which, "identity": SELLER, "extensionNumber": wire.value("extension")}
    if wish == RedWish.WITHDRAW:
        return f"{METHOD}confirmInfoCancel", said
    agreed = "1" if wish == RedWish.CONFIRM else "0"
    return f"{METHOD}confirm", {**said, "confirmAgreement": agreed}


def _rate(ppm: int) -> str:
    return f"{Decimal(ppm) / 1_000_000:.6f}".rstrip("0").rstrip(".")


def _query(**which: list[str]) -> list[dict[str, Any]]:
    result = wire.call(f"{METHOD}queryInvoiceResult", {**which, "isOfferInvoiceDetail": "0"})
    rows = result if isinstance(result, list) else [result]
    return [row for row in rows if isinstance(row, dict)]


def _read(said: dict[str, Any], order: Order) -> Outcome:
    status, ref = str(said.get("status") or ""), str(said.get("serialNo") or "")[:40]
    words = str(said.get("failCause") or said.get("statusMsg") or "")[:200]
    if status in AT_WORK:
        return Outcome(TaxEffect.PENDING, status, words, ref)
    if status == FAILED or status in VOIDED:
        return Outcome(TaxEffect.REFUSED, status, words, ref)
    if status != ISSUED:
        return Outcome(TaxEffect.UNCLEAR, f"status_{status}"[:40], words, ref)
    number, day = _issued(said)
    gross = _decimal(said.get("orderAmount"))
    if not number or day is None:
        return Outcome(TaxEffect.UNCLEAR, "no_number", words, ref)
    if gross is not None and gross != order.gross:
        return Outcome(TaxEffect.UNCLEAR, "amount_differs", f"{number} {gross}", ref)
    buyer = str(said.get("payerTaxNo") or order.tax_number)
    if buyer != order.tax_number:
        # Our number was used before, as after a database was set back.
        return Outcome(TaxEffect.UNCLEAR, "buyer_differs", f"{number} {buyer}", ref)
    return Outcome(TaxEffect.DONE, status, "", ref, number, day)


def _issued(said: dict[str, Any]) -> tuple[str, date | None]:
    """The number of 20 digits and the day in China; "" and None for what is none."""
    given = said.get("allElectronicInvoiceNumber") or said.get("invoiceNo") or ""
    number = str(given).strip()
    try:
        day = datetime.fromtimestamp(int(said["invoiceTime"]) / 1000, CHINA).date()
    except (KeyError, ValueError, TypeError, OverflowError, OSError):
        return "", None
    return (number, day) if NUMBER.fullmatch(number) else ("", None)


def _forms(result: Any) -> list[dict[str, Any]] | None:
    if not isinstance(result, dict) or not isinstance(result.get("list", []), list):
        return None
    return [row for row in result.get("list", []) if isinstance(row, dict)]


def _read_form(said: dict[str, Any]) -> RedOutcome:
    state = str(said.get("billStatus") or "")[:2]
    serial = str(said.get("invoiceSerialNum") or "")[:40]
    number, day = _red_invoice(serial)
    net, tax = _decimal(said.get("taxExcludedAmount")), _decimal(said.get("taxAmount"))
    return RedOutcome(
        TaxEffect.DONE,
        state,
        str(said.get("billMessage") or "")[:200],
        bureau_state=state,
        number=str(said.get("billNo") or "")[:32],
        uuid=str(said.get("billUuid") or "")[:32],
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
        rows = _query(serialNos=[serial])
    except (wire.NotDone, wire.Unclear, wire.Refused):
        return "", None
    done = [row for row in rows if str(row.get("status")) == ISSUED]
    return _issued(done[0]) if done else ("", None)


def _found(said: dict[str, Any]) -> FoundForm | None:
    """A form of a payer; None for ours and for what cannot be read."""
    reasons = {theirs: ours for ours, theirs in REASONS.items()}
    try:
        if str(said["applySource"]) != SIDES[EnteredBy.BUYER] or str(said["billStatus"]) != "03":
            return None
        at = datetime.strptime(str(said["billTime"]), "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
        return FoundForm(
            number=str(said.get("billNo") or "")[:32],
            order=str(said["billId"])[:32],
            uuid=str(said["billUuid"])[:32],
            bureau_state="03",
            invoice_number=str(said.get("blueElecInvoiceNumber") or said["blueInvoiceNumber"]),
            reason=reasons[str(said["redReason"])],
            net=abs(Decimal(str(said["taxExcludedAmount"]))),
            tax=abs(Decimal(str(said["taxAmount"]))),
            entered_at=at,
            parts=tuple(_found_parts(said.get("detail") or [])),
        )
    except (KeyError, ValueError, TypeError, InvalidOperation):
        return None


def _found_parts(detail: Iterable[Any]) -> Iterable[tuple[int, Decimal, Decimal]]:
    for row in detail:
        net, tax = Decimal(str(row["taxExcludedAmount"])), Decimal(str(row["taxAmount"]))
        yield int(row["blueDetailIndex"]), abs(net), abs(tax)


def _decimal(said: Any) -> Decimal | None:
    try:
        found = Decimal(str(said))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _ignoring_refusal(method: str, payload: dict[str, Any]) -> None:
    try:
        wire.call(METHOD + method, payload)
    except wire.Refused:
        return
