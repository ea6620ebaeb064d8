"""The list of COD items: where the money of each shipment is."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.filters import FilterForm, one_of
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.cod.enums import ItemState
from apps.cod.models import CodItem
from apps.cod.queries.items import list_items
from apps.core.money import format_money
from apps.core.templatetags.formatting import status_tag
from apps.core.times import human
from apps.tracking.enums import CodMethod


class ItemFilters(FilterForm):
    state = one_of(ItemState, _("state"))
    method = one_of(CodMethod, _("paid by"))


def _collected(item: CodItem) -> str:
    return format_money(item.collected) if item.collected is not None else ""


class ItemList(StaffList):
    title = _("COD items")
    columns = (
        Column("waybill", _("waybill"), is_link=True),
        Column("merchant", _("merchant"), lambda item: item.merchant.display_name),
        Column("due", _("due"), lambda item: format_money(item.due), is_number=True),
        Column("collected", _("collected"), _collected, is_number=True),
        Column("courier", _("courier")),
        Column("unit", _("station")),
        Column(
            "at",
            _("collected at"),
            lambda item: human(item.collected_at) if item.collected_at else "",
        ),
        Column("stand", _("state"), lambda item: status_tag(item, "state")),
    )
    views = (
        View("open", _("Not remitted yet")),
        View("delivered", _("Delivered, not collected")),
        View("short", _("Less paid than due")),
        View("over", _("Over")),
        View("all", _("All")),
    )
    sorts = (Sort("newest", _("Newest first"), ("-pk",)),)
    filters = ItemFilters
    search = _("waybill number, whole")
    empty = _("Nothing is to be paid at the door. Items come with waybills that are paid there.")

    def rows(self, query: ListQuery) -> "QuerySet[CodItem]":
        return list_items(
            query.user,
            view=query.view,
            number=query.text,
            state=query.values.get("state") or "",
            method=query.values.get("method") or "",
        )
