"""What two people decide about money at the door (COD-7)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.acts import approval_acts
from apps.accounts.staff import person
from apps.backoffice.queries.approvals import approval_part
from apps.backoffice.records import PanelAdmin
from apps.cod import services
from apps.cod.approvals import DECISION
from apps.cod.enums import DecisionKind, DecisionState
from apps.cod.models import CodDecision
from apps.core.money import format_money


@admin.register(CodDecision)
class CodDecisionAdmin(PanelAdmin):
    list_display = ("what", "about", "shown_amount", "reason", "asked_at", "asked_by", "stands")
    list_filter = ("state", "kind")
    list_select_related = ("item", "courier", "cash_up__courier", "settlement", "asked_by")
    search_fields = ("item__waybill", "courier__number", "cash_up__courier__number")
    search_help_text = _("waybill or courier's number")
    ordering = ("-id",)
    page_template = "cod/decision.html"
    acts = approval_acts(
        DECISION,
        "cod.decide_coddecision",
        approve=services.approve_decision,
        refuse=services.refuse_decision,
        may=lambda row: row.state == DecisionState.ASKED,
    )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[CodDecision]":
        found: QuerySet[CodDecision] = CodDecision.objects.visible_to(person(request))
        return found.select_related(
            "item__merchant", "courier", "cash_up__courier", "settlement", "asked_by"
        )

    @admin.display(description=_("what"), ordering="kind")
    def what(self, row: CodDecision) -> SafeString:
        return self.tag(DecisionKind(row.kind))

    @admin.display(description=_("subject"))
    def about(self, row: CodDecision) -> str:
        return str(row.about)

    @admin.display(description=_("amount"), ordering="amount")
    def shown_amount(self, row: CodDecision) -> str:
        return format_money(row.amount)

    @admin.display(description=_("state"), ordering="state")
    def stands(self, row: CodDecision) -> SafeString:
        return self.tag(DecisionState(row.state))

    def facts(self, request: HttpRequest, record: CodDecision) -> dict[str, Any]:
        return {
            "title": str(record),
            "state": DecisionState(record.state),
            "approval": approval_part(DECISION, record),
            "acts": self.offered(request, record),
        }
