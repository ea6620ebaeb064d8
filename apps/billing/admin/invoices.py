"""Invoices: asked for, issued, handed out, received."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.forms import ReasonForm
from apps.backoffice.records import PanelAdmin
from apps.billing import services
from apps.billing.enums import InvoiceKind, InvoiceState, PaperState
from apps.billing.forms import HandOutForm, IssueForm, RedForm, SignedForForm
from apps.billing.models import Invoice
from apps.billing.rules.words import in_words
from apps.billing.states import INVOICE_MOVES

ISSUE, DELIVER, ASK = (
    "billing.issue_invoice",
    "billing.deliver_invoice",
    "billing.request_invoice",
)


def _can_become(state: InvoiceState) -> Any:
    return lambda invoice: INVOICE_MOVES.allows(invoice.state, state)


def _issue(context: ActContext) -> None:
    services.issue_invoice(invoice_id=context.record.pk, **context.typed, **context.who)


def _deliver(context: ActContext) -> None:
    services.deliver_invoice(invoice_id=context.record.pk, **context.typed, **context.who)


def _receive(context: ActContext) -> None:
    services.receive_invoice(invoice_id=context.record.pk, **context.typed, **context.who)


def _withdraw(context: ActContext) -> None:
    services.withdraw_invoice(invoice_id=context.record.pk, **context.typed, **context.who)


def _reverse(context: ActContext) -> None:
    services.reverse_invoice(invoice_id=context.record.pk, **context.typed, **context.who)


@admin.register(Invoice)
class InvoiceAdmin(PanelAdmin):
    list_display = ("shown", "bill_to", "sort", "gross", "issued_on", "stands")
    list_filter = ("state", "kind")
    list_select_related = ("bill_to",)
    search_fields = ("number", "serial", "title")
    search_help_text = _("invoice number, our serial or title")
    ordering = ("-id",)
    page_template = "billing/invoice.html"
    acts = (
        Act("issue", _("It is issued"), ISSUE, _issue, form=IssueForm, is_panel=True,
            may=_can_become(InvoiceState.ISSUED), done=_("Issued.")),
        Act("deliver", _("Hand it out"), DELIVER, _deliver, form=HandOutForm, is_panel=True,
            may=_can_become(InvoiceState.DELIVERED), done=_("On its way.")),
        Act("receive", _("The customer has it"), DELIVER, _receive, form=SignedForForm,
            is_panel=True, may=_can_become(InvoiceState.RECEIVED), done=_("Received.")),
        Act("withdraw", _("Not issue it after all"), ASK, _withdraw, form=ReasonForm,
            is_panel=True, danger=True, may=_can_become(InvoiceState.WITHDRAWN),
            done=_("Withdrawn. Its part can be asked for again.")),
        Act("reverse", _("A red invoice took it back"), ISSUE, _reverse, form=RedForm,
            is_panel=True, danger=True, may=_can_become(InvoiceState.REVERSED),
            done=_("Reversed. Its part can be asked for again.")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Invoice]":
        return Invoice.objects.visible_to(person(request)).select_related("bill_to")

    @admin.display(description=_("number"), ordering="serial")
    def shown(self, invoice: Invoice) -> str:
        return str(invoice)

    @admin.display(description=_("kind"), ordering="kind")
    def sort(self, invoice: Invoice) -> SafeString:
        return self.tag(InvoiceKind(invoice.kind))

    @admin.display(description=_("state"), ordering="state")
    def stands(self, invoice: Invoice) -> SafeString:
        return self.tag(InvoiceState(invoice.state))

    def facts(self, request: HttpRequest, invoice: Invoice) -> dict[str, Any]:
        return {
            "title": str(invoice),
            "state": InvoiceState(invoice.state),
            "kind": InvoiceKind(invoice.kind),
            "lines": invoice.lines.select_related("statement", "tax_class"),
            "words": in_words(invoice.gross),
            "rounds": [
                (one, PaperState(one.state)) for one in invoice.deliveries.select_related("carrier")
            ],
        }
