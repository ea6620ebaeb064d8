"""Cash-ups: declared, counted by somebody else, closed; with the keyboard in under a minute (COD-7)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext, Panel
from apps.backoffice.forms import ReasonForm
from apps.backoffice.forms.filters import FilterForm, one_of
from apps.backoffice.listing import ListAdmin
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.backoffice.records import PanelAdmin
from apps.cod import services
from apps.cod.enums import CashUpState
from apps.cod.forms.money import (
    CountForm,
    DeclareForm,
    ExplainForm,
    FreightForm,
    RecountForm,
    RepayForm,
)
from apps.cod.models import CashUp, CodDecision
from apps.cod.queries.cash_ups import is_undecided, list_cash_ups, next_to_do, sums_of_takings
from apps.cod.queries.debts import debt_of
from apps.core.money import format_money
from apps.core.templatetags.formatting import status_tag
from apps.tracking.enums import CodMethod

DECLARE, COUNT, FREIGHT = "cod.declare_cashup", "cod.count_cashup", "cod.take_freight"
ASK = "cod.ask_coddecision"
C = CashUpState


def _is(*states: CashUpState) -> Any:
    return lambda row: row.state in states


def _declare(context: ActContext) -> None:
    services.declare_cash_up(cash_up_id=context.record.pk, **context.typed, **context.who)


def _take_back(context: ActContext) -> None:
    services.take_back_declaration(cash_up_id=context.record.pk, **context.typed, **context.who)


def _count(context: ActContext) -> None:
    services.count_cash_up(
        cash_up_id=context.record.pk,
        amount=context.typed["amount"],
        denominations=context.form.denominations,
        **context.who,
    )


def _recount(context: ActContext) -> None:
    services.recount_cash_up(
        cash_up_id=context.record.pk,
        amount=context.typed["amount"],
        reason=context.typed["reason"],
        denominations=context.form.denominations,
        **context.who,
    )


def _close(context: ActContext) -> None:
    services.close_cash_up(cash_up_id=context.record.pk, **context.typed, **context.who)


def _take_freight(context: ActContext) -> None:
    services.take_freight(
        number=context.typed["number"],
        method=CodMethod(context.typed["method"]),
        courier=context.record.courier,
        **context.who,
    )


def _ask_overage(context: ActContext) -> CodDecision:
    return services.ask_overage(cash_up_id=context.record.pk, **context.typed, **context.who)


def _is_over(row: CashUp) -> bool:
    return row.state == C.CLOSED and (row.difference or 0) > 0 and is_undecided(row)


def _repay(context: ActContext) -> None:
    services.repay_shortage(courier=context.record.courier, **context.typed, **context.who)


class CashUpFilters(FilterForm):
    state = one_of(CashUpState, _("state"))


def _sum(name: str) -> Any:
    def shown(row: CashUp) -> str:
        amount = getattr(row, name)
        return "" if amount is None else format_money(amount)

    return shown


class CashUpList(StaffList):
    title = _("Cash-ups")
    columns = (
        Column("courier", _("courier"), is_link=True),
        Column("day", _("day"), lambda row: f"{row.day:%Y-%m-%d}"),
        Column("unit", _("station")),
        Column("taken", _("should be"), is_number=True),
        Column("declared", _("declared"), _sum("declared"), is_number=True),
        Column("counted", _("cash counted"), _sum("counted"), is_number=True),
        Column("difference", _("difference"), _sum("difference"), is_number=True),
        Column("stand", _("state"), lambda row: status_tag(row, "state")),
    )
    views = (
        View("to_do", _("To be counted and closed")),
        View("to_deposit", _("To be paid in")),
        View("differs", _("With a difference")),
        View("all", _("All")),
    )
    sorts = (Sort("newest", _("Newest first"), ("-day", "-pk")),)
    filters = CashUpFilters
    search = _("courier's number, whole")
    empty = _("No cash is open. A cash-up begins with the first money that a courier takes.")

    def rows(self, query: ListQuery) -> "QuerySet[CashUp]":
        return list_cash_ups(
            query.user,
            view=query.view,
            number=query.text,
            state=query.values.get("state") or "",
        )

    def dress(self, rows: list[Any], query: ListQuery) -> list[Any]:
        sums = sums_of_takings([row.pk for row in rows])
        for row in rows:
            expected = sums.get(row.pk) if row.expected is None else row.expected
            row.taken = "" if expected is None else format_money(expected)
        return rows


@admin.register(CashUp)
class CashUpAdmin(ListAdmin, PanelAdmin):
    listing = CashUpList()
    page_template = "cod/cash_up.html"
    acts = (
        Act("declare", _("Declare the cash"), DECLARE, _declare, form=DeclareForm, may=_is(C.OPEN), is_panel=True,
            explains=_("What the courier hands over. What is taken later is in the next cash-up."),
            done=_("Declared. Somebody other than the courier counts it.")),
        Act("count", _("Count the cash"), COUNT, _count, form=CountForm, may=_is(C.DECLARED), is_panel=True,
            explains=_("By somebody other than the courier. What is short is the courier's debt."),
            done=_("Counted.")),
        Act("freight", _("Enter freight taken"), FREIGHT, _take_freight, form=FreightForm, is_panel=True,
            may=_is(C.OPEN), done=_("The freight is taken.")),
        Act("repay", _("Take a repayment"), COUNT, _repay, form=RepayForm, is_panel=True,
            may=lambda row: row.state == C.OPEN and debt_of(row.courier) > 0,
            done=_("Taken: it is counted with this cash-up.")),
        Act("recount", _("Count once more"), COUNT, _recount, form=RecountForm, is_panel=True,
            may=lambda row: row.state == C.COUNTED and row.deposit_id is None, done=_("Counted.")),
        Act("close", _("Explain the difference and close"), COUNT, _close, form=ExplainForm, is_panel=True,
            may=_is(C.COUNTED), done=_("Closed.")),
        Act("overage", _("Keep the overage as income"), ASK, _ask_overage, form=ReasonForm, may=_is_over,
            is_panel=True, explains=_("When nobody can be found whose it is: two people decide who neither counted it nor asked."),
            done=_("Asked for. It waits for two approvals.")),
        Act("take-back", _("Take the declaration back"), DECLARE, _take_back, form=ReasonForm, is_panel=True,
            may=_is(C.DECLARED), danger=True, done=_("It takes money again.")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[CashUp]":
        found: QuerySet[CashUp] = CashUp.objects.visible_to(person(request))
        return found.select_related("courier", "unit", "counted_by", "declared_by", "deposit")

    def panels(self, request: HttpRequest, record: Any, **more: Any) -> list[Panel]:
        """What comes next stands open with the cursor in the sum: a sum and Enter, twice, and the day is
        done."""
        opened = {C.OPEN: "declare", C.DECLARED: "count"}.get(C(record.state), "")
        return super().panels(request, record, **{"opened": opened, **more})

    def facts(self, request: HttpRequest, record: CashUp) -> dict[str, Any]:
        expected = record.expected
        if expected is None:
            expected = sums_of_takings([record.pk]).get(record.pk)
        return {
            "title": str(record),
            "takings": record.takings.select_related("item").order_by("pk"),
            "expected": expected,
            "decisions": record.decisions.order_by("pk"),
            "debt": debt_of(record.courier),
            "next": next_to_do(person(request), record),
        }
