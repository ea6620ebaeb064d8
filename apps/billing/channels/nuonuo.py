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

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.billing.channels import nuonuo_wire as wire
from apps.billing.channels.base import (
    Begin,
    FoundForm,
    Order,
    Outcome,
    RedOrder,
    RedOutcome,
    TaxChannel,
    nothing,
)
from apps.billing.channels.nuonuo_messages import (
    CHINA,
    METHOD,
    SELLER,
    form_of,
    forms_in,
    found_form,
    order_of,
    outcome_of,
    query_invoices,
    red_outcome_of,
    reply_of,
)
from apps.billing.enums import RedFormAction, TaxEffect

KNOWN_ALREADY, NOT_KNOWN = "E9106", "E9500"
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
            result = query_invoices(orderNos=[order.number])
        except wire.Refused as no:
            if no.code == NOT_KNOWN:
                return Outcome(TaxEffect.NOT_THERE, no.code, no.words)
            return Outcome(TaxEffect.UNCLEAR, no.code, no.words)
        except wire.NotDone as no:
            return Outcome(TaxEffect.UNCLEAR, no.code, no.words, retry_after=no.retry_after)
        except wire.Unclear as lost:
            return Outcome(TaxEffect.UNCLEAR, str(lost))
        ours = [one for one in result if str(one.get("orderNo")) == order.number]
        return outcome_of(ours[0], order) if ours else Outcome(TaxEffect.UNCLEAR, "not_our_order")

    def tell(self, form: RedOrder, action: RedFormAction, begin: Begin = nothing) -> RedOutcome:
        try:
            if action == RedFormAction.ENTER:
                wire.call(f"{METHOD}saveInvoiceRedConfirm", form_of(form), begin)
            else:
                wire.call(*reply_of(form, action), begin)
        except wire.NotDone as no:
            return RedOutcome(TaxEffect.NOT_DONE, no.code, no.words, retry_after=no.retry_after)
        except wire.Unclear as lost:
            return RedOutcome(TaxEffect.UNCLEAR, str(lost))
        except wire.Refused as no:
            # One that was entered already is refused as a double: so a refusal is believed once the
            # provider has no such form.
            found = self.ask_form(form)
            if action == RedFormAction.ENTER and found.effect != TaxEffect.NOT_THERE:
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
        forms = forms_in(result)
        if forms is None:
            return RedOutcome(TaxEffect.UNCLEAR, "garbage")
        if not forms:
            return RedOutcome(TaxEffect.NOT_THERE)
        if str(forms[0].get("blueElecInvoiceNumber") or form.invoice_number) != form.invoice_number:
            return RedOutcome(TaxEffect.UNCLEAR, "not_our_form")
        return red_outcome_of(forms[0])

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
                forms = forms_in(wire.call(f"{METHOD}queryInvoiceRedConfirm", asked)) or []
                found += [one for one in map(found_form, forms) if one is not None]
                if len(forms) < PAGE:
                    break
        except (wire.NotDone, wire.Unclear, wire.Refused):
            return found
        return found


def _ignoring_refusal(method: str, payload: dict[str, Any]) -> None:
    try:
        wire.call(METHOD + method, payload)
    except wire.Refused:
        return
