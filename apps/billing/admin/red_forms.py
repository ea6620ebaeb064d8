"""Red forms: whose confirmation is waited for until when, and what we tell the tax channel."""

from collections.abc import Callable
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
from apps.billing.enums import EnteredBy, RedFormAction, RedFormState, RedReason
from apps.billing.forms import IssueForm
from apps.billing.models import Invoice, RedForm
from apps.billing.rules.red_forms import may_act

ISSUE = "billing.issue_invoice"


def _may(action: RedFormAction) -> Callable[[RedForm], bool]:
    return lambda form: may_act(form.entered_by, form.state, action) and not form.action


def _tell(action: RedFormAction) -> Callable[[ActContext], None]:
    def tell(context: ActContext) -> None:
        services.tell_red_form(form_id=context.record.pk, action=action, **context.who)

    return tell


def _note(context: ActContext) -> None:
    services.note_red_invoice(form_id=context.record.pk, **context.typed, **context.who)


def _end(context: ActContext) -> None:
    services.end_red_form(form_id=context.record.pk, **context.typed, **context.who)


def _ask(context: ActContext) -> None:
    services.ask_about_red_form(form_id=context.record.pk, **context.who)


@admin.register(RedForm)
class RedFormAdmin(PanelAdmin):
    list_display = ("shown", "invoice", "payer", "gross", "why", "side", "confirm_by", "stands")
    list_filter = ("state", "entered_by", "reason")
    list_select_related = ("invoice__bill_to",)
    search_fields = ("number", "red_number", "invoice__number", "invoice__serial")
    search_help_text = _("number of the form, of the red invoice or of the invoice")
    ordering = ("-id",)
    page_template = "billing/red_form.html"
    acts = (
        Act("ask", _("Ask the tax channel now"), ISSUE, _ask, is_panel=True,
            may=lambda form: form.is_open and tax_channel() is not None,
            done=_("It is being asked.")),
        Act("confirm", _("Confirm it"), ISSUE, _tell(RedFormAction.CONFIRM), is_panel=True,
            may=_may(RedFormAction.CONFIRM), done=_("The tax channel is being told."),
            explains=_("The red invoice follows by itself and takes the amount back.")),
        Act("refuse", _("Refuse it"), ISSUE, _tell(RedFormAction.REFUSE), is_panel=True, danger=True,
            may=_may(RedFormAction.REFUSE), done=_("The tax channel is being told.")),
        Act("withdraw", _("Withdraw it"), ISSUE, _tell(RedFormAction.WITHDRAW), is_panel=True,
            danger=True, may=_may(RedFormAction.WITHDRAW), done=_("The tax channel is being told.")),
        Act("note", _("The red invoice is there"), ISSUE, _note, form=IssueForm, is_panel=True,
            may=lambda form: form.is_open and form.channel_sent_at is not None,
            explains=_("Where the tax channel does not tell: its number as the tax bureau shows it."),
            done=_("Noted. What it takes back can be asked for again.")),
        Act("end", _("It is void at the tax bureau"), ISSUE, _end, form=ReasonForm, is_panel=True,
            danger=True, may=lambda form: form.is_open, done=_("Ended. Nothing is taken back.")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[RedForm]":
        found: QuerySet[RedForm] = RedForm.objects.visible_to(person(request))
        return found.select_related("invoice__bill_to")

    @admin.display(description=_("number"), ordering="number")
    def shown(self, form: RedForm) -> str:
        return str(form)

    @admin.display(description=_("payer"))
    def payer(self, form: RedForm) -> str:
        return str(form.invoice.bill_to)

    @admin.display(description=_("reason"), ordering="reason")
    def why(self, form: RedForm) -> SafeString:
        return self.tag(RedReason(form.reason))

    @admin.display(description=_("entered by"), ordering="entered_by")
    def side(self, form: RedForm) -> SafeString:
        return self.tag(EnteredBy(form.entered_by))

    @admin.display(description=_("state"), ordering="state")
    def stands(self, form: RedForm) -> SafeString:
        return self.tag(RedFormState(form.state))

    def facts(self, request: HttpRequest, form: RedForm) -> dict[str, Any]:
        return {
            "title": str(form),
            "state": RedFormState(form.state),
            "reason": RedReason(form.reason),
            "side": EnteredBy(form.entered_by),
            "action": RedFormAction(form.action).label if form.action else "",
            "lines": form.lines.select_related("line__tax_class"),
            "is_set_up": tax_channel() is not None,
        }

    def history_of(self, record: RedForm) -> Invoice:
        return record.invoice
