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
from apps.billing.channels import tax_channel
from apps.billing.enums import InvoiceKind, InvoiceState, PaperState, RedFormState
from apps.billing.forms import HandOutForm, IssueForm, RedFormForm, RedNumberForm, SignedForForm
from apps.billing.models import Invoice
from apps.billing.models.invoices import AT_CHANNEL, DIGITAL
from apps.billing.queries.red_forms import left_of
from apps.billing.rules.words import in_words
from apps.billing.states import INVOICE_MOVES

ISSUE, DELIVER, ASK = (
    "billing.issue_invoice",
    "billing.deliver_invoice",
    "billing.request_invoice",
)


def _can_become(state: InvoiceState) -> Any:
    return lambda invoice: INVOICE_MOVES.allows(invoice.state, state)


def _by_channel(invoice: Invoice) -> bool:
    """For the tax channel, where there is one."""
    return (
        invoice.state in (InvoiceState.REQUESTED, InvoiceState.FAILED)
        and invoice.kind in DIGITAL
        and tax_channel() is not None
    )


def _by_hand(invoice: Invoice) -> bool:
    return INVOICE_MOVES.allows(invoice.state, InvoiceState.ISSUED) and not (
        invoice.state == InvoiceState.ISSUING and tax_channel() is not None
    )


def _has_not_left(invoice: Invoice) -> bool:
    return invoice.state == InvoiceState.ISSUING and invoice.channel_sent_at is None


def _at_channel(invoice: Invoice) -> bool:
    return invoice.state in AT_CHANNEL and tax_channel() is not None


def _is_unclear(invoice: Invoice) -> bool:
    return invoice.state == InvoiceState.UNCLEAR


def _by_red_form(invoice: Invoice) -> bool:
    return (
        INVOICE_MOVES.allows(invoice.state, InvoiceState.REVERSED)
        and invoice.kind in DIGITAL
        and tax_channel() is not None
        and not any(form.is_open for form in invoice.red_forms.all())
    )


def _by_red_number(invoice: Invoice) -> bool:
    """One that came from elsewhere, and of which no red form has taken anything."""
    return INVOICE_MOVES.allows(invoice.state, InvoiceState.REVERSED) and not any(
        form.is_open or form.red_number for form in invoice.red_forms.all()
    )


def _issue(context: ActContext) -> None:
    services.issue_invoice(invoice_id=context.record.pk, **context.typed, **context.who)


def _submit(context: ActContext) -> None:
    services.submit_invoice(invoice_id=context.record.pk, **context.who)


def _ask(context: ActContext) -> None:
    services.ask_about_invoice(invoice_id=context.record.pk, **context.who)


def _take_back(context: ActContext) -> None:
    services.take_from_channel(invoice_id=context.record.pk, **context.who)


def _not_issued(context: ActContext) -> None:
    services.note_not_issued(invoice_id=context.record.pk, **context.typed, **context.who)


def _red(context: ActContext) -> None:
    typed = dict(context.typed)
    line = typed.pop("line")
    services.enter_red_form(
        invoice_id=context.record.pk, line_id=int(line) if line else None, **typed, **context.who
    )


def _left(context: ActContext) -> dict[str, Any]:
    return {"left": left_of(context.record)}


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
        Act("submit", _("Have it issued by the tax channel"), ISSUE, _submit, is_panel=True,
            may=_by_channel, done=_("Given to the tax channel: its number comes by itself.")),
        Act("ask", _("Ask the tax channel now"), ISSUE, _ask, is_panel=True, may=_at_channel,
            done=_("It is being asked.")),
        Act("take-back", _("Take it back from the tax channel"), ISSUE, _take_back, is_panel=True,
            may=_has_not_left, explains=_("Nothing has left yet; it can be issued by hand then."),
            done=_("Taken back.")),
        Act("not-issued", _("The tax bureau does not have it"), ISSUE, _not_issued, form=ReasonForm,
            is_panel=True, danger=True, may=_is_unclear,
            explains=_("Look it up at the tax bureau first: sent anew it gets another number of ours."),
            done=_("Noted. It can be sent anew.")),
        Act("issue", _("It is issued"), ISSUE, _issue, form=IssueForm, is_panel=True,
            may=_by_hand, done=_("Issued.")),
        Act("deliver", _("Hand it out"), DELIVER, _deliver, form=HandOutForm, is_panel=True,
            may=_can_become(InvoiceState.DELIVERED), done=_("On its way.")),
        Act("receive", _("The customer has it"), DELIVER, _receive, form=SignedForForm,
            is_panel=True, may=_can_become(InvoiceState.RECEIVED), done=_("Received.")),
        Act("withdraw", _("Not issue it after all"), ASK, _withdraw, form=ReasonForm,
            is_panel=True, danger=True, may=_can_become(InvoiceState.WITHDRAWN),
            done=_("Withdrawn. Its part can be asked for again.")),
        Act("red-form", _("Take it back by a red form"), ISSUE, _red, form=RedFormForm,
            is_panel=True, danger=True, may=_by_red_form, options=_left, fields={"line_id": "line"},
            explains=_("The payer has 72 hours to confirm, where the tax bureau asks for that."),
            done=_("The red form is being entered.")),
        Act("reverse", _("A red invoice took it back"), ISSUE, _reverse, form=RedNumberForm,
            is_panel=True, danger=True, may=_by_red_number,
            done=_("Reversed. Its part can be asked for again.")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Invoice]":
        found = Invoice.objects.visible_to(person(request)).select_related("bill_to")
        return found.prefetch_related("red_forms")

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
            "red_forms": [(form, RedFormState(form.state)) for form in invoice.red_forms.all()],
            "is_set_up": tax_channel() is not None,
            "is_at_channel": invoice.state in AT_CHANNEL,
            "rounds": [
                (one, PaperState(one.state)) for one in invoice.deliveries.select_related("carrier")
            ],
        }
