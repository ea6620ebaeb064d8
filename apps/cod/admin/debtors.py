"""Couriers who owe: what was counted short, repaid, and let go by two people (COD-7)."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.listing import ListAdmin
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.backoffice.records import PanelAdmin
from apps.cod import services
from apps.cod.enums import DecisionState
from apps.cod.forms.money import RepayForm, WaiverForm
from apps.cod.models import CodDecision, Debtor
from apps.cod.queries.debts import debt_history, debt_of, debts_of, list_debtors
from apps.core.money import format_money
from apps.tracking.models import Courier

ASK, COUNT = "cod.ask_coddecision", "cod.count_cashup"


def _owes(row: Debtor) -> bool:
    return debt_of(row) > 0


def _may_be_waived(row: Debtor) -> bool:
    return _owes(row) and not row.decisions.filter(state=DecisionState.ASKED).exists()


def _ask_waiver(context: ActContext) -> CodDecision:
    courier = Courier.objects.get(pk=context.record.pk)
    return services.ask_waiver(courier=courier, **context.typed, **context.who)


def _repay(context: ActContext) -> None:
    courier = Courier.objects.get(pk=context.record.pk)
    services.repay_shortage(courier=courier, **context.typed, **context.who)


class DebtorList(StaffList):
    title = _("Couriers who owe")
    columns = (
        Column("number", _("courier"), str, is_link=True),
        Column("unit", _("station")),
        Column("owes", _("owes"), is_number=True),
        Column("working", _("active"), lambda row: _("yes") if row.is_active else _("no")),
    )
    views = (
        View("owing", _("Owe now")),
        View("waiver", _("Waiver waits")),
        View("ever", _("Ever owed")),
    )
    sorts = (Sort("number", _("By number"), ("number",)),)
    search = _("courier's number, whole")
    empty = _("No courier owes anything. What a count finds short is the courier's debt.")

    def rows(self, query: ListQuery) -> "QuerySet[Any]":
        return list_debtors(query.user, view=query.view, text=query.text)

    def dress(self, rows: list[Any], query: ListQuery) -> list[Any]:
        debts = debts_of([row.pk for row in rows])
        for row in rows:
            row.owes = format_money(debts.get(row.pk, Decimal(0)))
        return rows


@admin.register(Debtor)
class DebtorAdmin(ListAdmin, PanelAdmin):
    listing = DebtorList()
    page_template = "cod/debtor.html"
    acts = (
        Act("repay", _("Take a repayment"), COUNT, _repay, form=RepayForm, may=_owes, is_panel=True,
            done=_("Taken: it is counted with the courier's cash-up.")),
        Act("waive", _("Ask for a waiver"), ASK, _ask_waiver, form=WaiverForm, may=_may_be_waived,
            is_panel=True, danger=True, done=_("Asked for. It waits for two approvals."),
            explains=_("The company's loss, never the merchant's: two people decide who did not ask.")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        seen = Courier.objects.visible_to(person(request))
        return Debtor.objects.filter(pk__in=seen).select_related("unit")

    def history_of(self, record: Debtor) -> Courier:
        return Courier.objects.get(pk=record.pk)

    def facts(self, request: HttpRequest, record: Debtor) -> dict[str, Any]:
        return {
            "title": str(record),
            "debt": debt_of(record),
            "history": debt_history(record),
            "decisions": record.decisions.select_related("asked_by").order_by("-pk"),
        }
