"""Contingency plans as versions, and their drills (CMP-8)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, ActContext
from apps.backoffice.listing import ListAdmin
from apps.backoffice.records import PanelAdmin
from apps.incidents import forms, services
from apps.incidents.admin.lists import DrillList
from apps.incidents.enums import Seat, StepKind
from apps.incidents.models import Drill, Plan, PlanVersion

WRITE, HOLD = "incidents.write_plan", "incidents.hold_drill"
OF_PLAN = ("name", "code", "kind", "level", "review_months")
_LAW = {StepKind.AUTHORITY: "上报", StepKind.PUBLIC_NOTICE: "公告"}


def _write(context: ActContext) -> Plan:
    values = dict(context.typed)
    plan = {name: values.pop(name) for name in OF_PLAN}
    return services.write_plan(values=plan, **values, **context.who).plan


def _rewrite(context: ActContext) -> None:
    plan: Plan = context.record
    services.write_plan(values={}, unit=plan.unit, plan=plan, **context.typed, **context.who)


def _as_it_is(context: ActContext) -> dict[str, Any]:
    version: PlanVersion | None = context.record.versions.first()
    if version is None:
        return {}
    names = ("text_zh", "text_en", "drill_months", "update_minutes")
    lines = (
        f"{_LAW.get(StepKind(step.kind)) or Seat(step.seat).label} {step.within} {step.what}{'!' if step.needs_proof else ''}"
        for step in version.steps.all()
    )
    return {"steps": "\n".join(lines), **{name: getattr(version, name) for name in names}}


@admin.register(Plan)
class PlanAdmin(PanelAdmin):
    entry = Act("write", _("Write a plan"), WRITE, _write, form=forms.PlanForm,
        done=_("Written. Its first drill is planned."))  # fmt: skip
    acts = (
        Act("rewrite", _("Write another version"), WRITE, _rewrite, form=forms.PlanVersionForm, initial=_as_it_is,
            explains=_("It counts from now on; incidents that run keep theirs."), done=_("Written.")),
        Act("reviewed", _("Reviewed"), WRITE, lambda c: services.review_plan(plan_id=c.record.pk, **c.who) and None,
            is_panel=True, explains=_("Steps, limits and who answers for them still fit. The next review is planned."),
            done=_("Reviewed.")),
    )  # fmt: skip
    add_label = _("Write a plan")
    page_template = "incidents/plan.html"
    list_display = ("name", "kind", "level", "unit", "reviewed_at")
    list_filter = ("kind", "level")
    list_select_related = ("unit",)
    search_fields = ("name", "code")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return Plan.objects.select_related("unit", "current", "reviewed_by")

    def facts(self, request: HttpRequest, record: Plan) -> dict[str, Any]:
        versions = record.versions.select_related("by").prefetch_related("steps")
        return {
            "title": record.name,
            "acts": [act for act in self.offered(request, record) if not act.is_panel],
            "versions": [
                (one, [(step, Seat(step.seat)) for step in one.steps.all()])
                for one in versions[:20]
            ],
            "drills": record.drills.select_related("held_by")[:20],
            "may_declare": request.user.has_perm("incidents.declare_incident"),
        }


def _hold(context: ActContext) -> None:
    services.hold_drill(drill_id=context.record.pk, **context.typed, **context.who)


@admin.register(Drill)
class DrillAdmin(ListAdmin, PanelAdmin):
    listing = DrillList()
    acts = (
        Act("hold", _("It was held"), HOLD, _hold, form=forms.DrillForm, is_panel=True, may=lambda row: row.held_at is None,
            explains=_("Each finding becomes an exception with corrective actions; the next drill is planned."), done=_("On record.")),
    )  # fmt: skip
    page_template = "incidents/drill.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return Drill.objects.select_related("plan__unit", "plan__current", "version", "held_by")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def facts(self, request: HttpRequest, record: Drill) -> dict[str, Any]:
        version = record.version or record.plan.current
        steps = list(version.steps.all()) if version else []
        minutes = [*record.minutes, *[None] * (len(steps) - len(record.minutes))]
        return {
            "title": str(record),
            "steps": [
                (step, Seat(step.seat), took) for step, took in zip(steps, minutes, strict=False)
            ],
            "findings": record.findings.select_related("exception"),
            "people": record.people.all(),
        }
