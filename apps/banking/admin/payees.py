"""Accounts that we pay into: asked for, called back, approved, stopped, revealed (COD-6)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from apps.accounts.acts import approval_acts
from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext, on_subject
from apps.backoffice.forms import ReasonForm
from apps.backoffice.forms.filters import FilterForm, one_of
from apps.backoffice.listing import ListAdmin
from apps.backoffice.lists import Column, ListQuery, StaffList, View
from apps.backoffice.queries.approvals import approval_part
from apps.backoffice.records import PanelAdmin
from apps.backoffice.staff_admin import must
from apps.banking import forms, services
from apps.banking.approvals import PAYEE
from apps.banking.enums import NameCheck, PayeeState, PayoutPurpose
from apps.banking.models import PayeeAccount
from apps.banking.models.payees import OVER, UNDER_WAY
from apps.banking.queries.payees import may_be_called, shared_with
from apps.core.downloads import private_file
from apps.core.templatetags.formatting import status_tag
from apps.core.times import human

VIEW, STOP = "banking.view_payeeaccount", "banking.stop_payeeaccount"
RIGHTS = {
    "under_way": UNDER_WAY,
    "active": (PayeeState.ACTIVE,),
    "stopped": (PayeeState.STOPPED,),
    "over": OVER,
}


def _request(context: ActContext) -> PayeeAccount:
    form = context.form
    return services.request_payee(
        form.cleaned_data["customer"],
        number=form.cleaned_data["number"],
        values=form.account(),
        papers=form.papers(),
        purpose=form.cleaned_data["purpose"],
        **context.who,
    )


ENTER = Act("request", _("Ask for a payout account"), "banking.request_payeeaccount", _request, form=forms.PayeeForm,
    explains=_("Nothing is paid to it before the customer was called back, two people approved it and its waiting"
               " time is over."), done=_("The request is entered. A colleague calls the customer back."))  # fmt: skip
ACTS = (
    Act("call", _("Write down the call-back"), "banking.call_payeeaccount", on_subject(services.record_call), form=forms.CallForm, is_panel=True,
        may=lambda row: row.state == PayeeState.REQUESTED, options=lambda d: {"contacts": may_be_called(d.record, d.at)},
        explains=_("Ask whether they want this account, read its last digits to them, and let them say the name of"
                   " the holder. Never call a number from the request itself."),
        done=_("The call is on record.")),
    *approval_acts(PAYEE, "banking.approve_payeeaccount", approve=services.approve_payee, refuse=services.refuse_payee,
                   may=lambda row: row.state == PayeeState.CALLED_BACK),
    Act("reveal", _("Show the number"), "banking.reveal_payeeaccount", on_subject(services.reveal_payee), form=ReasonForm,
        explains=_("In clear, this once; your reason is on record."), shows="backoffice/shown_once.html"),
    Act("stop", _("Stop it"), STOP, on_subject(services.stop_payee), form=ReasonForm, danger=True,
        may=lambda row: row.state in (*UNDER_WAY, PayeeState.ACTIVE),
        explains=_("Nothing is paid to it any more, for good. An account in use before it stays in use."),
        done=_("Stopped.")),
    Act("end", _("End its use"), "banking.request_payeeaccount", on_subject(services.end_payee), form=ReasonForm, danger=True,
        may=lambda row: row.state == PayeeState.ACTIVE,
        explains=_("The customer has no account from then on: money due is held."), done=_("Ended.")),
)  # fmt: skip


def _until(row: PayeeAccount) -> str:
    return human(row.cooling_until) if row.state == PayeeState.COOLING else ""


class PayeeFilters(FilterForm):
    purpose = one_of(PayoutPurpose, _("for"))
    name_check = one_of(NameCheck, _("holder's name"))


class PayeeList(StaffList):
    title = _("Payout accounts")
    columns = (
        Column("customer", _("customer"), lambda row: row.whom, is_link=True),
        Column("purpose", _("for"), lambda row: status_tag(row, "purpose")),
        Column("holder", _("account holder")),
        Column("bank", _("bank")),
        Column("masked", _("account number")),
        Column("state", _("state"), lambda row: status_tag(row, "state")),
        Column("until", _("waits until"), _until),
        Column("asked", _("asked for"), lambda row: human(row.requested_at)),
    )
    views = (
        View("under_way", _("On the way")),
        View("active", _("In use")),
        View("stopped", _("Stopped")),
        View("over", _("Over")),
        View("all", _("All")),
    )
    filters = PayeeFilters
    search = _("customer")
    empty = _("No payout account here. One is asked for with the customer's signed request.")

    def rows(self, query: ListQuery) -> "QuerySet[PayeeAccount]":
        found = PayeeAccount.objects.visible_to(query.user).select_related("customer")
        if query.view in RIGHTS:
            found = found.filter(state__in=RIGHTS[query.view])
        chosen = {name: value for name, value in query.values.items() if value}
        if query.text:
            found = found.filter(customer__search_text__icontains=query.text)
        return found.filter(**chosen)


@admin.register(PayeeAccount)
class PayeeAccountAdmin(ListAdmin, PanelAdmin):
    listing = PayeeList()
    acts, entry = ACTS, ENTER
    add_label = ENTER.label
    page_template = "banking/payee.html"
    # On the list of what happened to accounts.
    timeline_without = ("payee.viewed",)

    def own_pages(self) -> list[tuple[str, Any, str]]:
        page = ("<int:key>/paper/<int:paper>/", require_GET(self.paper_view), "paper")
        return [page, *super().own_pages()]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[PayeeAccount]":
        return PayeeAccount.objects.visible_to(person(request)).select_related(
            "customer", "created_by", "over_by"
        )

    def paper_view(self, request: HttpRequest, key: int, paper: int) -> HttpResponse:
        """A scan as it was handed in."""
        must(request, VIEW)
        found = self.seen(request, key).papers.filter(pk=paper).first()
        if found is None:
            raise Http404
        with found.file.open("rb") as stored:
            content: bytes = stored.read()
        return private_file(content, name=found.file_name, content_type=found.content_type)

    def show_record(self, request: HttpRequest, record: PayeeAccount) -> HttpResponseBase:
        services.note_view(record, by=person(request), at=timezone.now())
        return super().show_record(request, record)

    def facts(self, request: HttpRequest, record: PayeeAccount) -> dict[str, Any]:
        now = timezone.now()
        state = PayeeState(record.state)
        return {
            "title": str(record),
            "state": state,
            "purpose": PayoutPurpose(record.purpose),
            "name_check": NameCheck(record.name_check),
            "acts": self.offered(request, record),
            "approval": approval_part(PAYEE, record),
            "papers": record.papers.all(),
            "calls": record.calls.select_related("contact", "by"),
            "shared_with": shared_with(record),
            "nobody_to_call": state == PayeeState.REQUESTED
            and not may_be_called(record, now).exists(),
            "versions": PayeeAccount.objects.filter(
                customer=record.customer_id,
                purpose=record.purpose,
                subject_type=record.subject_type,
                subject_id=record.subject_id,
            ).exclude(pk=record.pk),
        }
