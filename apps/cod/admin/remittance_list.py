"""The list of remittances: what waits for two people, what is on its way, what came back."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.filters import FilterForm, one_of
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.cod.enums import RemittanceState
from apps.cod.models import Remittance
from apps.cod.queries.remittances import list_remittances
from apps.core.money import format_money
from apps.core.templatetags.formatting import status_tag


class RemittanceFilters(FilterForm):
    state = one_of(RemittanceState, _("state"))


def _account(row: Remittance) -> Any:
    return row.payee.masked if row.payee else row.get_hold_reason_display()


class RemittanceList(StaffList):
    title = _("Remittances")
    columns = (
        Column("number", _("number"), is_link=True),
        Column("merchant", _("merchant"), lambda row: row.merchant.display_name),
        Column("day", _("day"), lambda row: row.day.isoformat()),
        Column("count", _("shipments"), lambda row: str(row.count)),
        Column(
            "collected",
            _("collected"),
            lambda row: format_money(row.collected + row.advanced),
            is_number=True,
        ),
        Column(
            "off",
            _("taken off"),
            lambda row: format_money(row.collected + row.advanced - row.amount),
            is_number=True,
        ),
        Column("amount", _("paid out"), lambda row: format_money(row.amount), is_number=True),
        Column("account", _("payout account"), _account),
        Column("state", _("state"), lambda row: status_tag(row, "state")),
    )
    views = (
        View("waiting", _("To be released")),
        View("held", _("Held")),
        View("out", _("On their way")),
        View("paid", _("With the merchant")),
        View("over", _("Returned or withdrawn")),
        View("all", _("All")),
    )
    sorts = (Sort("newest", _("Newest first"), ("-pk",)),)
    filters = RemittanceFilters
    search = _("number or merchant")
    empty = _("No remittance here. They are prepared on the day of each merchant's cycle.")

    def rows(self, query: ListQuery) -> "QuerySet[Remittance]":
        return list_remittances(
            query.user, view=query.view, text=query.text, state=query.values.get("state") or ""
        )
