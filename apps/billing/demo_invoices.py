"""The invoices of the demonstration's paid month: by the tax channel, on paper with its rounds, and one that a red form takes back."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.accounts.models import User
from apps.billing import services
from apps.billing.channels import Outcome, RedOutcome, TaxChannel
from apps.billing.enums import (
    InvoiceKind,
    PaperState,
    RedReason,
    TaxEffect,
)
from apps.billing.models import (
    Invoice,
    PaperDelivery,
    RedForm,
    Statement,
)
from apps.billing.services.tax.issuing import note_invoice, queue_invoice
from apps.billing.services.tax.red_forms import queue_red_form
from apps.billing.services.tax.red_outcomes import note_form
from apps.billing.services.tax.turns import claim


class Invoices:
    def __init__(self, *, finance: User, clerk: User) -> None:
        self.finance, self.clerk = finance, clerk

    def issue(
        self, code: str, statement: Statement, at: Callable[[int], datetime], *, now: datetime
    ) -> None:
        """``at`` is the instant of a day of the month after the statement's."""
        who: dict[str, Any] = {"by": self.finance, "at": at(9)}
        paper = code in ("BOYA", "CHAYU")
        invoice = services.request_invoice(
            statement_ids=[statement.pk],
            kind=InvoiceKind.PAPER_NORMAL if paper else InvoiceKind.E_SPECIAL,
            **who,
        )
        number = f"2631{statement.period:%m}{invoice.pk:014d}"
        day = timezone.localdate(who["at"])
        if code == "JINGMI":
            self._by_channel(invoice, number, day, **who)
        else:
            services.issue_invoice(invoice_id=invoice.pk, number=number, issued_on=day, **who)
        if paper:
            self._deliver(invoice, at, now, comes_back=code == "BOYA")
            return
        services.receive_invoice(invoice_id=invoice.pk, name="财务部", **who)
        if code == "XIANDA":
            self._taken_back(invoice, now)

    def _deliver(
        self, invoice: Invoice, at: Callable[[int], datetime], now: datetime, *, comes_back: bool
    ) -> None:
        self._carry(invoice, at(10))
        if comes_back:
            self._carried(services.bring_back_paper, at(11), reason="客户盘点，前台不收票据")
            self._carry(invoice, now, takes=False)
        else:
            self._carried(services.sign_for_paper, at(11), name="吴老师")

    def _by_channel(self, invoice: Invoice, number: str, day: date, **who: Any) -> None:
        """As if the tax channel had answered: the demonstration asks nobody outside."""
        queue_invoice(invoice_id=invoice.pk, **who)
        done = Outcome(TaxEffect.DONE, "2", ref="26110900012345678", number=number, issued_on=day)
        turn = claim(Invoice, TaxChannel.lease)
        if turn is not None:
            note_invoice(turn, done, TaxChannel(), **who)

    def _taken_back(self, invoice: Invoice, now: datetime) -> None:
        """A red form since yesterday, which the payer has two days more to confirm."""
        who: dict[str, Any] = {"by": self.finance, "at": now - timedelta(hours=20)}
        queue_red_form(invoice_id=invoice.pk, reason=RedReason.MISTAKE, **who)
        waits = RedOutcome(
            TaxEffect.DONE, bureau_state="02", number="310026113000017", uuid="demo-red-form"
        )
        turn = claim(RedForm, TaxChannel.lease)
        if turn is not None:
            note_form(turn, waits, TaxChannel(), **who)

    def _carry(self, invoice: Invoice, at: datetime, *, takes: bool = True) -> None:
        """On the settlement clerk's round of that day."""
        (row,) = services.plan_round(
            papers=[f"invoice:{invoice.pk}"],
            round_on=timezone.localdate(at),
            carrier=self.clerk,
            by=self.finance,
            at=at,
        )
        if takes:
            services.take_paper(delivery_id=row.pk, by=self.clerk, at=at)

    def _carried(self, end: Any, at: datetime, **values: str) -> None:
        row = PaperDelivery.objects.get(state=PaperState.TAKEN)
        end(delivery_id=row.pk, by=self.clerk, at=at, **values)
