"""Invoices on their way through the tax channel."""

from datetime import date, timedelta
from typing import Any

from django.db.models import F

from apps.billing import services
from apps.billing.enums import InvoiceKind, RedReason
from apps.billing.models import Invoice, RedForm
from apps.customers.models import Customer
from apps.pricing.models import TaxClass
from tests.factories.accounts import UserFactory
from tests.factories.billing import DECEMBER_FIRST, charged, payer, sent


def who() -> dict[str, Any]:
    return {"by": UserFactory(), "at": DECEMBER_FIRST}


def coded_class(code: str = "coded", rate_ppm: int = 60_000) -> TaxClass:
    """With the code of goods and services that the bureau asks for."""
    made, _new = TaxClass.objects.get_or_create(
        code=code,
        since=date(2016, 5, 1),
        defaults={
            "name": "收派服务" if rate_ppm == 60_000 else "仓储服务",
            "rate_ppm": rate_ppm,
            "item_code": "3040409020000000000",
            "created_by": UserFactory(),
        },
    )
    return made


def requested(
    *amounts: str, kind: InvoiceKind = InvoiceKind.E_SPECIAL, customer: Customer | None = None
) -> Invoice:
    """Asked for on a statement of these amounts at 6 %."""
    customer = customer or payer()
    statement = sent(customer, *(amounts or ("106.00",)), tax=coded_class().pk)
    return services.request_invoice(statement_ids=[statement.pk], kind=kind, **who())


def two_lined() -> Invoice:
    """106.00 at 6 % and 218.00 at 9 %."""
    customer = payer()
    charged(customer, "218.00", tax=coded_class("coded-9", 90_000).pk)
    return requested("106.00", customer=customer)


def due_now() -> None:
    """Whatever waits is due, as it would be later; nothing that was sent a moment ago still is."""
    for model in (Invoice, RedForm):
        model.objects.filter(channel_due_at__isnull=False).update(
            channel_due_at=F("channel_due_at") - timedelta(days=1)
        )


def settled() -> None:
    """The provider has had time to know what it was sent."""
    for model in (Invoice, RedForm):
        model.objects.filter(channel_sent_at__isnull=False).update(
            channel_sent_at=F("channel_sent_at") - timedelta(minutes=5)
        )


def work(rounds: int = 1) -> None:
    """So many looks of the worker at what is under way."""
    for _round in range(rounds):
        due_now()
        services.work_tax_channel()


def submitted(invoice: Invoice | None = None) -> Invoice:
    invoice = invoice or requested()
    return services.submit_invoice(invoice_id=invoice.pk, **who())


def issued(invoice: Invoice | None = None) -> Invoice:
    """Through the channel, as the double answers."""
    invoice = submitted(invoice)
    work(2)
    invoice.refresh_from_db()
    assert invoice.state == "issued"
    return invoice


def red_form(invoice: Invoice, reason: RedReason = RedReason.MISTAKE, **more: Any) -> RedForm:
    return services.enter_red_form(invoice_id=invoice.pk, reason=reason, **more, **who())
