"""Claw-backs: what merchants have yet to give back, and what consignees have yet to get (COD-7)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.forms.filters import FilterForm, day
from apps.backoffice.listing import ListAdmin
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.backoffice.records import PanelAdmin
from apps.cod import services
from apps.cod.enums import RemittanceState
from apps.cod.forms.money import LineForm
from apps.cod.jobs import CLAW_BACKS
from apps.cod.models import ClawBack
from apps.cod.queries.claw_backs import list_claw_backs
from apps.cod.queries.seeing import lines_for_claw_back
from apps.core.money import format_money
from apps.core.times import human

CORRECT = "cod.correct_coditem"


class ClawBackFilters(FilterForm):
    since = day(_("from"))
    until = day(_("until"))


def _rest(row: ClawBack) -> str:
    return format_money(row.rest) if row.is_carried or row.rest else str(_("was not remitted"))


def _paid(row: ClawBack) -> str:
    return human(row.paid_at) if row.paid_at else ""


class ClawBackList(StaffList):
    title = _("Claw-backs")
    columns = (
        Column("item", _("waybill"), lambda row: row.item.waybill, is_link=True),
        Column("merchant", _("merchant"), lambda row: row.merchant.display_name),
        Column("amount", _("amount"), lambda row: format_money(row.amount), is_number=True),
        Column(
            "taken",
            _("taken from remittances"),
            lambda row: format_money(row.taken),
            is_number=True,
        ),
        Column("rest", _("merchant still owes"), _rest, is_number=True),
        Column("paid", _("consignee paid"), _paid),
        Column("at", _("when"), lambda row: human(row.at)),
        Column("reason", _("reason")),
    )
    views = (
        View("open", _("Open")),
        View("carried", _("Merchant still owes")),
        View("owed_back", _("Owed to the merchant")),
        View("unpaid", _("Consignee not paid")),
        View("settled", _("Settled")),
        View("all", _("All")),
    )
    sorts = (Sort("newest", _("Newest first"), ("-pk",)),)
    filters = ClawBackFilters
    search = _("waybill number, whole, or merchant")
    export = CLAW_BACKS
    empty = _("No claw-back is open. One begins on the page of a COD item whose goods came back.")

    def rows(self, query: ListQuery) -> "QuerySet[ClawBack]":
        typed = query.values
        return list_claw_backs(
            query.user,
            view=query.view,
            text=query.text,
            since=typed.get("since"),
            until=typed.get("until"),
        )


def _fitting(context: ActContext) -> dict[str, Any]:
    return {"fitting": lines_for_claw_back(context.record)}


def _see(context: ActContext) -> None:
    services.see_claw_back(
        claw_back_id=context.record.pk, line=context.typed["line"], **context.who
    )


@admin.register(ClawBack)
class ClawBackAdmin(ListAdmin, PanelAdmin):
    listing = ClawBackList()
    page_template = "cod/claw_back.html"
    acts = (
        Act("see", _("It is this bank line"), CORRECT, _see, form=LineForm, options=_fitting,
            may=lambda row: row.line_id is None, is_panel=True, done=_("The consignee has been paid."),
            explains=_("By which the consignee was paid what is given back.")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[ClawBack]":
        found: QuerySet[ClawBack] = ClawBack.objects.visible_to(person(request))
        return found.select_related("item__unit", "merchant", "line", "by")

    def history_of(self, record: ClawBack) -> Any:
        return record.item

    def facts(self, request: HttpRequest, record: ClawBack) -> dict[str, Any]:
        rows = record.rows.select_related("remittance").order_by("-pk")
        return {"title": str(record), "rows": [(row, self._status_tag(row)) for row in rows]}

    def _status_tag(self, row: Any) -> SafeString:
        return self.tag(RemittanceState(row.remittance.state))
