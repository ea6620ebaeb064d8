"""COD items: where the money of a shipment is, and what may be decided about it (COD-7)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.forms import ReasonForm
from apps.backoffice.listing import ListAdmin
from apps.backoffice.records import PanelAdmin
from apps.cod import services
from apps.cod.admin.item_list import ItemList
from apps.cod.enums import ItemState
from apps.cod.forms.money import ChangeForm, CourierForm, LineForm
from apps.cod.models import CodDecision, CodItem
from apps.cod.queries.seeing import lines_for_claw_back

ASK, CORRECT = "cod.ask_coddecision", "cod.correct_coditem"
S = ItemState


def _is_due(item: CodItem) -> bool:
    return item.state == S.DUE


def _is_unpaid(item: CodItem) -> bool:
    return item.state in (S.DUE, S.REFUSED)


def _ask_change(context: ActContext) -> CodDecision:
    return services.ask_change(item_id=context.record.pk, **context.typed, **context.who)


def _ask_write_off(context: ActContext) -> CodDecision:
    return services.ask_write_off(item_id=context.record.pk, **context.typed, **context.who)


def _name_courier(context: ActContext) -> None:
    services.name_courier(item_id=context.record.pk, **context.typed, **context.who)


def _claw_back(context: ActContext) -> None:
    services.claw_back(item_id=context.record.pk, **context.typed, **context.who)


def _is_in_transit(item: CodItem) -> bool:
    row = getattr(item, "claw_back", None)
    return row is not None and row.line_id is None


def _fitting(context: ActContext) -> dict[str, Any]:
    return {"fitting": lines_for_claw_back(context.record.claw_back)}


def _see_claw_back(context: ActContext) -> None:
    services.see_claw_back(
        claw_back_id=context.record.claw_back.pk, line=context.typed["line"], **context.who
    )


@admin.register(CodItem)
class CodItemAdmin(ListAdmin, PanelAdmin):
    listing = ItemList()
    page_template = "cod/item.html"
    acts = (
        Act("change", _("Another amount at the door"), ASK, _ask_change, form=ChangeForm, may=_is_due,
            explains=_("Two people who did not ask for it decide. Until then the amount stays."),
            done=_("Asked for. It waits for two approvals."), is_panel=True),
        Act("write-off", _("Write off what is due"), ASK, _ask_write_off, form=ReasonForm, may=_is_due,
            explains=_("For goods that are lost or given up: two people decide."), danger=True,
            done=_("Asked for. It waits for two approvals."), is_panel=True),
        Act("name-courier", _("Name the courier who has the cash"), CORRECT, _name_courier, form=CourierForm,
            may=_is_unpaid, done=_("The cash is in the courier's cash-up."), is_panel=True),
        Act("claw-back", _("Give it back after a return"), CORRECT, _claw_back, form=ReasonForm, danger=True,
            may=lambda item: item.state in (S.BANKED, S.REMITTED), is_panel=True,
            explains=_("The merchant owes it; the next remittances take it."),
            done=_("Clawed back.")),
        Act("see-claw-back", _("It is this bank line"), CORRECT, _see_claw_back, form=LineForm, options=_fitting,
            may=_is_in_transit, is_panel=True, done=_("The consignee has been paid."),
            explains=_("By which the consignee was paid what is given back.")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[CodItem]":
        found: QuerySet[CodItem] = CodItem.objects.visible_to(person(request))
        return found.select_related("merchant", "courier", "unit", "claw_back__line")

    def facts(self, request: HttpRequest, record: CodItem) -> dict[str, Any]:
        return {
            "title": record.waybill,
            "takings": record.takings.select_related("cash_up__courier", "settlement", "courier"),
            "decisions": record.decisions.select_related("asked_by"),
        }
