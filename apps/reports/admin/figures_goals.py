"""Goals of figures."""

from fractions import Fraction
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, ActContext
from apps.backoffice.records import RecordAdmin
from apps.core.errors import BadInput
from apps.reports import services
from apps.reports.admin.figures_cells import value_of
from apps.reports.enums import ScopeKind
from apps.reports.forms import GoalForm
from apps.reports.kpis import KPIS
from apps.reports.models import Goal
from apps.reports.queries.scopes import chosen_scope, named


def _set(context: ActContext) -> Goal:
    typed = dict(context.typed)
    kind, key = ScopeKind(typed.pop("kind")), typed.pop("key").strip()
    if kind == ScopeKind.ALL:
        key = ""
    scope = chosen_scope(context.by, kind, key).scope
    if kind not in KPIS[typed["kpi"]].scopes:
        raise BadInput(_("This figure is not told apart by it."), code="scope", field="kind")
    ids = scope.ids or (0,)
    return services.set_goal(scope_kind=kind, scope_id=ids[0], **typed, **context.who)


@admin.register(Goal)
class GoalAdmin(RecordAdmin):
    entry = Act("set", _("Set a goal"), "reports.set_goal", _set, form=GoalForm,
                initial=lambda context: {"since": context.at.date().replace(day=1), "kind": ScopeKind.ALL},
                explains=_("It counts from that day on, until the next goal of the same figure; a month that is over keeps"
                           " its goal."),
                done=_("Set."))  # fmt: skip
    list_display = ("figure_name", "scope_kind", "shown_value", "since", "at", "by")
    fields = readonly_fields = (
        "figure_name", "scope_kind", "whose", "shown_value", "since", "at", "by",
    )  # fmt: skip
    list_filter = ("scope_kind",)
    list_select_related = ("by",)
    ordering = ("kpi", "scope_kind", "-since")

    @admin.display(description=_("goal"), ordering="value")
    def shown_value(self, row: Goal) -> str:
        kpi = KPIS.get(row.kpi)
        if kpi is None or row.value is None:
            return "" if row.value is None else str(row.value)
        return value_of(kpi, Fraction(row.value))

    @admin.display(description=_("Code or name"))
    def whose(self, row: Goal) -> str:
        if row.lane or not row.scope_id:
            return row.lane
        return named(ScopeKind(row.scope_kind), row.scope_id)

    @admin.display(description=_("Figure"))
    def figure_name(self, row: Goal) -> Any:
        kpi = KPIS.get(row.kpi)
        return row.kpi if kpi is None else kpi.name
