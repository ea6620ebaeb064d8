"""Figures of a scope and period, the list behind each, and scopes side by side (REP-4)."""

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.backoffice.lists import Column
from apps.backoffice.reporting import ReportAdmin
from apps.backoffice.reports import Report, ReportQuery, Table, number
from apps.core.times import local
from apps.reports.admin.figures_cells import FigureLine, interval_picture, tick, value_of
from apps.reports.enums import ScopeKind
from apps.reports.forms import CompareForm, FigureForm, KpiListForm
from apps.reports.jobs import KPI_LIST
from apps.reports.kpis import KPIS
from apps.reports.models import Figure
from apps.reports.queries.comparison import Compared, compare
from apps.reports.queries.figures import rows_page
from apps.reports.queries.frozen import figures_or_frozen
from apps.reports.queries.goals import goals_on
from apps.reports.queries.subjects import Shown, dress

VIEW = "reports.view_figure"


class Figures(Report):
    title = _("Figures")
    permission = VIEW
    about = _(
        "Each figure is the length of its list: click it to see what counts and what was good."
    )
    form = FigureForm
    template = "reports/figures.html"

    def parts(self, query: ReportQuery) -> list[Table]:
        form: Any = query.form
        scope, period = form.chosen_scope.scope, form.period
        kpis = [kpi for kpi in KPIS.values() if scope.kind in kpi.scopes]
        found, frozen_at = figures_or_frozen(kpis, scope, period, at=query.at)
        earlier, _at = figures_or_frozen(kpis, scope, period.before, at=query.at, only_frozen=True)
        goals = goals_on(period.last, KPIS, scope.kind, scope.ids[0] if scope.ids else 0)
        asked = {**query.params, "kind": scope.kind.value, "key": form.chosen_scope.key}
        lines = [
            FigureLine(kpi, found.get(kpi.code), earlier.get(kpi.code), goals.get(kpi.code), asked)
            for kpi in kpis
        ]
        note = gettext("Computed just now.")
        if frozen_at is not None:
            note = gettext("Frozen %(when)s.") % {"when": local(frozen_at)}
        return [
            Table(
                title=form.chosen_scope.label,
                columns=(
                    Column("name", _("Figure"), lambda line: line.name),
                    number("value", _("Value"), lambda line: line.value),
                    number("goal", _("Goal"), lambda line: line.goal),
                    number("ticks", _("Numerator / denominator"), lambda line: line.ticks),
                    number("spread", _("Median, 90th percentile"), lambda line: line.spread),
                    number("before", _("Period before"), lambda line: line.before),
                    Column("reference", _("Of the whole industry"), lambda line: line.reference),
                ),
                rows=lines,
                note=note,
            )
        ]

    def links(self, query: ReportQuery) -> list[tuple[Any, str]]:
        return [(_("Compare"), reverse("admin:reports_figure_compare"))]


class KpiList(Report):
    """The list behind a figure."""

    where, name = "list/", "list"
    title = _("The list behind a figure")
    permission = VIEW
    form = KpiListForm
    export = KPI_LIST
    template = "reports/figures.html"

    def parts(self, query: ReportQuery) -> list[Table]:
        form: Any = query.form
        kind, _colon, pk = query.place.rpartition("-")
        cursor = (kind, int(pk)) if kind and pk.isdigit() else None
        rows, following = rows_page(
            form.asked_kpi,
            form.chosen_scope.scope,
            form.period,
            cursor,
            only=query.values["only"],
            at=query.at,
        )
        further = None
        if following is not None:
            further = (
                gettext("Further rows"),
                query.address_with(after=f"{following[0]}-{following[1]}"),
            )
        return [
            Table(
                title=f"{form.asked_kpi.name} · {form.chosen_scope.label}",
                columns=(
                    Column("label", _("Number or name"), lambda shown: shown.label, is_link=True),
                    Column("what", _("What it is"), lambda shown: shown.what),
                    Column("at", form.asked_kpi.period_by, lambda shown: local(shown.row.at)),
                    Column(
                        "ticks", _("How it counts"), lambda shown: tick(form.asked_kpi, shown.row)
                    ),
                    number(
                        "measure", _("Measured"), lambda shown: value_of(form.asked_kpi, shown.row)
                    ),
                    Column("why", _("Reason"), lambda shown: shown.why),
                ),
                rows=dress(rows),
                address=_address,
                note=form.asked_kpi.definition,
                empty=_("No row counts here."),
                further=further,
            )
        ]


def _address(shown: Shown) -> str:
    return shown.address


class Compare(Report):
    where, name = "compare/", "compare"
    title = _("Comparison")
    permission = VIEW
    about = _(
        "The bar is where the true share lies with 95 % certainty. Fewer than 30 are grey and have no rank."
    )
    form = CompareForm
    template = "reports/figures.html"

    def parts(self, query: ReportQuery) -> list[Table]:
        form: Any = query.form
        kpi, kind = KPIS[query.values["kpi"]], ScopeKind(query.values["kind"])
        found = compare(kpi, kind, form.period, user=query.user, at=query.at)
        middle = value_of(kpi, found.middle)
        note = gettext("Median of those with a rank: %(value)s.") % {"value": middle}
        if found.hidden:
            note += " " + gettext("%(n)d more are not shown to you.") % {"n": found.hidden}
        return [
            Table(
                title=f"{kpi.name} · {kind.label}",
                columns=(
                    number("rank", _("Rank"), lambda row: row.rank),
                    Column("name", _("Compared"), _name, is_link=True),
                    number("value", _("Value"), lambda row: value_of(kpi, row.figure.value)),
                    Column(
                        "interval",
                        _("95 % interval"),
                        lambda row: interval_picture(kpi, row, found.middle),
                    ),
                    number("counted", _("Counted in"), lambda row: f"{row.figure.denominator:,}"),
                    number("adjusted", _("Same mix of lanes"), lambda row: _adjusted(kpi, row)),
                ),
                rows=found.rows,
                address=lambda row: _list_address(query, kind, row),
                note=f"{note} {kpi.definition}",
                empty=_("Nobody has a figure here."),
            )
        ]


def _name(row: Compared) -> SafeString:
    if row.is_own:
        return format_html('{} <span class="tag tag-blue">{}</span>', row.name, gettext("you"))
    return format_html('<span class="{}">{}</span>', "kpi-few" if row.is_few else "", row.name)


def _adjusted(kpi: Any, row: Compared) -> str:
    return "" if row.adjusted is None else value_of(kpi, row.adjusted * kpi.per)


def _list_address(query: ReportQuery, kind: ScopeKind, row: Compared) -> str:
    address = reverse("admin:reports_figure_list")
    return address + query.address_with(kind=kind.value, key=row.key)


@admin.register(Figure)
class FigureAdmin(ReportAdmin):
    list_report = Figures()
    reports = (KpiList(), Compare())

    def has_add_permission(self, request: Any) -> bool:
        return False
