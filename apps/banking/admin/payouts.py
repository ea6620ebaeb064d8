"""Payouts and what became of them (COD-7)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.accounts.acts import approval_acts
from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext, BulkAct, on_subject
from apps.backoffice.forms import ReasonForm
from apps.backoffice.forms.filters import FilterForm, one_of
from apps.backoffice.listing import ListAdmin
from apps.backoffice.lists import Column, ListQuery, StaffList, View
from apps.backoffice.queries.approvals import approval_part
from apps.backoffice.records import PanelAdmin
from apps.banking import forms, services
from apps.banking.approvals import PAYOUT
from apps.banking.enums import PayeeState, PayoutPurpose, PayoutState
from apps.banking.models import Payout
from apps.banking.queries.payouts import lines_back, lines_out
from apps.core.money import format_money
from apps.core.templatetags.formatting import status_tag
from apps.core.times import human

S = PayoutState
DRAFT, SETTLE = "banking.draft_payout", "banking.settle_payout"
VIEWS = {
    "draft": (S.DRAFT, S.APPROVING),
    "released": (S.RELEASED,),
    "sent": (S.SENT,),
    "unclear": (S.UNCLEAR,),
    "returned": (S.RETURNED,),
    "paid": (S.PAID,),
}


def _line(context: ActContext) -> None:
    services.settle_payout(context.typed["line"], context.record, **context.who)


def _may_line(row: Payout) -> bool:
    return row.bank_line_id is None and row.state in (S.SENT, S.UNCLEAR, S.PAID)


ACTS = (
    Act("ask", _("Ask for its release"), DRAFT, on_subject(services.ask_release), may=lambda row: row.state == S.DRAFT,
        explains=_("Two people of different departments who did not draft it decide."), done=_("Asked.")),
    *approval_acts(PAYOUT, "banking.approve_payout", approve=services.approve_payout,
                   refuse=services.refuse_payout, may=lambda row: row.state == S.APPROVING),
    Act("cancel", _("Call it off"), DRAFT, on_subject(services.cancel_payout), form=ReasonForm, danger=True,
        may=lambda row: row.state in (S.DRAFT, S.APPROVING, S.RELEASED),
        explains=_("Nothing is paid; what it was for can be paid by another payout."), done=_("Called off.")),
    Act("line", _("Say which bank line it is"), SETTLE, _line, form=forms.LineForm, is_panel=True, may=_may_line,
        options=lambda context: {"lines": lines_out(context.record)},
        explains=_("The books then hold it as paid from the bank."), done=_("Settled by the line.")),
    Act("confirm", _("The bank has paid it"), SETTLE, on_subject(services.confirm_paid), form=ReasonForm, is_panel=True,
        may=lambda row: row.state in (S.SENT, S.UNCLEAR),
        explains=_("By the bank's word: say whose, and when. Its line is still waited for."), done=_("Noted.")),
    Act("return", _("The bank has not paid it, or gave it back"), SETTLE, on_subject(services.return_payout), form=forms.ReturnForm,
        is_panel=True, danger=True, may=lambda row: row.state in (S.SENT, S.UNCLEAR, S.PAID),
        options=lambda context: {"lines": lines_back(context.record)},
        explains=_("What it was for is owed again. Ask the bank first: nothing else tells that no money left."),
        done=_("Noted as returned.")),
)  # fmt: skip
BULK = (
    BulkAct("ask", _("Ask for release"), DRAFT, on_subject(services.ask_release),
            explains=_("Two people of different departments who did not draft them decide.")),
    BulkAct("cancel", _("Call off"), DRAFT, on_subject(services.cancel_payout), form=ReasonForm, danger=True,
            explains=_("Only what is in no payment file yet.")),
)  # fmt: skip


class PayoutFilters(FilterForm):
    purpose = one_of(PayoutPurpose, _("for"))


class PayoutList(StaffList):
    title = _("Payouts")
    columns = (
        Column("number", _("number"), is_link=True),
        Column("customer", _("customer"), lambda row: row.payee.whom),
        Column("purpose", _("for"), lambda row: status_tag(row, "purpose")),
        Column("account", _("account number"), lambda row: row.payee.masked),
        Column("amount", _("amount"), lambda row: format_money(row.amount), is_number=True),
        Column("state", _("state"), lambda row: status_tag(row, "state")),
        Column("file", _("payment file"), lambda row: row.file.number if row.file else ""),
        Column("drafted", _("drafted"), lambda row: human(row.created_at)),
    )
    views = (
        View("draft", _("To be released")),
        View("released", _("Released")),
        View("sent", _("In a payment file")),
        View("unclear", _("Outcome unknown")),
        View("returned", _("Returned")),
        View("paid", _("Paid")),
        View("all", _("All")),
    )
    filters = PayoutFilters
    search = _("number or customer")
    empty = _("No payout here. One is drafted when what is owed to somebody is paid out.")

    def rows(self, query: ListQuery) -> "QuerySet[Payout]":
        found = Payout.objects.visible_to(query.user).select_related("payee__customer", "file")
        if query.view in VIEWS:
            found = found.filter(state__in=VIEWS[query.view])
        if query.values.get("purpose"):
            found = found.filter(purpose=query.values["purpose"])
        text = query.text.strip()
        if text.upper().startswith("FK"):
            return found.filter(number__startswith=text.upper())
        return found.filter(payee__customer__search_text__icontains=text) if text else found


@admin.register(Payout)
class PayoutAdmin(ListAdmin, PanelAdmin):
    listing = PayoutList()
    acts, bulk_acts = ACTS, BULK
    page_template = "banking/payout.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Payout]":
        return Payout.objects.visible_to(person(request)).select_related(
            "payee__customer", "account", "file", "bank_line", "return_line"
        )

    def facts(self, request: HttpRequest, record: Payout) -> dict[str, Any]:
        return {
            "title": str(record.number),
            "state": S(record.state),
            "purpose": PayoutPurpose(record.purpose),
            "payee_state": PayeeState(record.payee.state),
            "acts": self.offered(request, record),
            "approval": approval_part(PAYOUT, record),
            "is_own": record.approval_id is None or record.approval.kind == PAYOUT,  # type: ignore[union-attr]  # it has one
        }
