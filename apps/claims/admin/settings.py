"""Compensation rules and the limits of who decides (CMP-6)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, ActContext
from apps.backoffice.records import PanelAdmin
from apps.claims import forms, services
from apps.claims.models import ClaimLimit, CompensationRule
from apps.claims.rules.assessing import percent


def _publish(context: ActContext) -> CompensationRule:
    return services.publish_rule(values=context.typed, **context.who)


def _set(context: ActContext) -> ClaimLimit:
    return services.set_limit(**context.typed, **context.who)


PUBLISH = Act("publish", _("Enter a rule"), "claims.add_compensationrule", _publish, form=forms.RuleForm, danger=True,
    explains=_("The rule before it ends where this one begins. A published rule begins in ten days at the earliest;"
               " claims that are filed already keep the text that was explained."))  # fmt: skip
SET = Act("set", _("Set a limit"), "claims.add_claimlimit", _set, form=forms.LimitForm, danger=True,
    explains=_("The limit before it ends where this one begins. Large is what no post below the department manager"
               " may decide: leaders are told of it at once."))  # fmt: skip


@admin.register(CompensationRule)
class CompensationRuleAdmin(PanelAdmin):
    entry = PUBLISH
    add_label = _("Enter a rule")
    page_template = "claims/rule.html"
    list_display = ("kind", "cover", "customer", "formula", "clause", "since", "until")
    list_filter = ("kind", "cover")
    list_select_related = ("customer",)
    ordering = ("kind", "cover", "customer", "-since")

    def facts(self, request: HttpRequest, record: CompensationRule) -> dict[str, Any]:
        day = record.fee_per_day
        return {
            "title": str(record),
            "share": percent(record.share),
            "fee_per_day": "" if day is None else percent(day),
        }


@admin.register(ClaimLimit)
class ClaimLimitAdmin(PanelAdmin):
    entry = SET
    add_label = _("Set a limit")
    page_template = "claims/limit.html"
    list_display = (
        "role",
        "kind",
        "per_claim",
        "per_day",
        "on_the_spot",
        "since",
        "until",
        "review_on",
    )
    list_filter = ("kind", "role")
    ordering = ("kind", "per_claim", "-since")

    def facts(self, request: HttpRequest, record: ClaimLimit) -> dict[str, Any]:
        return {"title": str(record)}
