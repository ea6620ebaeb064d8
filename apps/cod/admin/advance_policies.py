"""Who is paid ahead of the bank, and what of it is open (COD-7)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.acts import approval_acts
from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.forms import ReasonForm
from apps.backoffice.queries.approvals import approval_part
from apps.backoffice.records import PanelAdmin
from apps.cod import services
from apps.cod.approvals import ADVANCE_POLICY
from apps.cod.enums import AdvancePolicyState
from apps.cod.forms.remittances import AdvancePolicyForm, AheadForm
from apps.cod.models import AdvancePolicy
from apps.cod.queries.advances import items_to_advance, open_ahead, open_lines, policy_in_force
from apps.core.money import format_money

ASK, APPROVE, PREPARE = (
    "cod.ask_advancepolicy",
    "cod.approve_advancepolicy",
    "cod.prepare_remittance",
)
S = AdvancePolicyState
LINES = 200


def _ask(context: ActContext) -> AdvancePolicy:
    return services.ask_advance_policy(**context.typed, **context.who)


def _end(context: ActContext) -> None:
    services.end_advance_policy(policy_id=context.record.pk, **context.typed, **context.who)


def _pay_ahead(context: ActContext) -> HttpResponseBase:
    row = services.pay_ahead(merchant_id=context.record.customer_id, **context.typed, **context.who)
    return HttpResponseRedirect(reverse("admin:cod_remittance_change", args=[row.pk]))


@admin.register(AdvancePolicy)
class AdvancePolicyAdmin(PanelAdmin):
    list_display = ("customer", "since", "until", "shown_limit", "reason", "stands")
    list_filter = ("state",)
    list_select_related = ("customer",)
    search_fields = ("customer__search_text",)
    search_help_text = _("merchant")
    ordering = ("-id",)
    page_template = "cod/advance_policy.html"
    entry = Act("ask", _("Ask for paying a merchant ahead"), ASK, _ask, form=AdvancePolicyForm,
                explains=_("The company carries the risk until the money is on the bank: two people of different departments approve it."),
                done=_("Asked for. It waits for two approvals."))  # fmt: skip
    acts = (
        *approval_acts(
            ADVANCE_POLICY,
            APPROVE,
            approve=services.approve_advance_policy,
            refuse=services.refuse_advance_policy,
            may=lambda row: row.state == S.ASKED,
        ),
        Act("pay-ahead", _("Pay ahead now"), PREPARE, _pay_ahead, form=AheadForm, is_panel=True,
            may=lambda row: row.state == S.ACTIVE,
            explains=_("A remittance of what is counted or on its way, the oldest first. Two people release it.")),
        Act("end", _("End it"), ASK, _end, form=ReasonForm, danger=True, is_panel=True,
            may=lambda row: row.state == S.ACTIVE, done=_("Ended.")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[AdvancePolicy]":
        found: QuerySet[AdvancePolicy] = AdvancePolicy.objects.visible_to(person(request))
        return found.select_related("customer", "asked_by", "ended_by")

    @admin.display(description=_("limit"), ordering="limit")
    def shown_limit(self, row: AdvancePolicy) -> str:
        return format_money(row.limit)

    @admin.display(description=_("state"), ordering="state")
    def stands(self, row: AdvancePolicy) -> SafeString:
        return self.tag(S(row.state))

    def facts(self, request: HttpRequest, record: AdvancePolicy) -> dict[str, Any]:
        lines = open_lines(record.customer_id).select_related("remittance", "item")
        waiting = items_to_advance(record.customer_id)
        used = open_ahead(record.customer_id)
        return {
            "title": str(record),
            "state": S(record.state),
            "in_force": policy_in_force(record.customer_id, timezone.localdate()) == record,
            "used": used,
            "left": max(record.limit - used, 0),
            "lines": lines.order_by("-pk")[:LINES],
            "waiting": sum((one.collected or 0 for one in waiting[:5_000]), 0),
            "approval": approval_part(ADVANCE_POLICY, record),
            "acts": self.offered(request, record),
        }
