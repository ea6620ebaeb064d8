"""What reports of figures are asked for."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.reports import PeriodReportForm
from apps.core.errors import BadInput
from apps.core.widgets import PlainSelect
from apps.reports.enums import ScopeKind, Shows
from apps.reports.kpis import KPIS, Kpi, Period
from apps.reports.queries.comparison import COMPARED
from apps.reports.queries.figures import TICKS
from apps.reports.queries.scopes import Chosen, chosen_scope, usual_scope

ALL_ROWS = ("", _("All"))
# What the ticks of a share mean: of what is better the less of it there is, the numerator is what went wrong.
TICKS_UP = [("good", _("Good")), ("bad", _("Not good")), ("neither", _("Not counted"))]
TICKS_DOWN = [
    ("good", _("In the numerator")),
    ("bad", _("Only in the denominator")),
    ("neither", _("Not counted")),
]


def ticks_of(kpi: Kpi) -> list[tuple[str, Any]]:
    """By which ticks the list of a KPI can be narrowed; of counts, times and sums by none."""
    if kpi.shows != Shows.RATE:
        return [ALL_ROWS]
    return [ALL_ROWS, *(TICKS_DOWN if kpi.better == "down" else TICKS_UP)]


def last_month(day: Any) -> Period:
    return Period.of_month(day).before


class FigureForm(PeriodReportForm):
    """The month that is over, of the whole company or, for those who see less, of oneself."""

    kind = forms.ChoiceField(
        choices=ScopeKind.choices, label=_("Of whom"), required=False, widget=PlainSelect
    )
    key = forms.CharField(
        max_length=90,
        label=_("Code or name"),
        required=False,
        help_text=_(
            "The code of a customer, unit or partner, the user name of an agent, a lane as “上海 → 北京”."
        ),
    )

    def usual(self) -> dict[str, str]:
        month = last_month(self.today)
        return {"first_day": month.first.isoformat(), "last_day": month.last.isoformat()}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        kind = values.get("kind") or ""
        key = (values.get("key") or "").strip()
        if not kind:
            kind, key = usual_scope(self.user)
            # The page says of whom it speaks.
            self.data = {**self.data, "kind": ScopeKind(kind).value, "key": key}
        try:
            self.chosen_scope = chosen_scope(self.user, ScopeKind(kind), key)
        except BadInput as error:
            self.add_error("key", str(error))
        values["kind"] = ScopeKind(kind)
        return values

    chosen_scope: Chosen

    @cached_property
    def period(self) -> Period:
        return _period(self)


def _period(form: PeriodReportForm) -> Period:
    values = form.cleaned_data
    return Period(values["first_day"], values["last_day"] + timedelta(days=1))


class KpiListForm(FigureForm):
    kpi = forms.ChoiceField(choices=(), label=_("Figure"), required=False, widget=PlainSelect)
    only = forms.ChoiceField(
        choices=[ALL_ROWS], label=_("Which rows"), required=False, widget=PlainSelect
    )

    def fill(self) -> None:
        self.fields["kpi"].choices = [(one.code, one.name) for one in KPIS.values()]  # type: ignore[attr-defined]
        choices = ticks_of(KPIS.get(self.data.get("kpi", ""), KPIS["on_time"]))
        self.fields["only"].choices = choices  # type: ignore[attr-defined]
        # Another figure was chosen whose rows are not told apart: all of them.
        if len(choices) == 1 and self.data.get("only") in TICKS:
            self.data = {**self.data, "only": ""}

    def usual(self) -> dict[str, str]:
        return {**super().usual(), "kpi": "on_time"}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        kpi = KPIS.get(values.get("kpi", ""))
        if kpi is not None and values["kind"] not in kpi.scopes:
            self.add_error("kind", _("This figure is not told apart by it."))
        return values

    @property
    def asked_kpi(self) -> Kpi:
        return KPIS[self.cleaned_data["kpi"]]


class CompareForm(PeriodReportForm):
    """Units by punctuality in the month that is over."""

    kind = forms.ChoiceField(
        choices=[(kind, kind.label) for kind in COMPARED],
        label=_("Compared"),
        required=False,
        widget=PlainSelect,
    )
    kpi = forms.ChoiceField(choices=(), label=_("Figure"), required=False, widget=PlainSelect)

    def fill(self) -> None:
        self.fields["kpi"].choices = [(one.code, one.name) for one in KPIS.values()]  # type: ignore[attr-defined]

    def usual(self) -> dict[str, str]:
        month = last_month(self.today)
        span = {"first_day": month.first.isoformat(), "last_day": month.last.isoformat()}
        return {**span, "kind": ScopeKind.UNIT.value, "kpi": "on_time"}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        kpi, kind = KPIS.get(values.get("kpi", "")), values.get("kind")
        if kpi is not None and kind and ScopeKind(kind) not in kpi.scopes:
            self.add_error("kpi", _("This figure is not told apart by it."))
        return values

    @property
    def period(self) -> Period:
        return _period(self)


class GoalForm(forms.Form):
    kpi = forms.ChoiceField(choices=(), label=_("Figure"))
    value = forms.DecimalField(
        label=_("Goal"),
        required=False,
        max_digits=12,
        decimal_places=2,
        help_text=_(
            "In the unit of the figure: per cent, per 10,000, seconds, points. Empty: no goal any more."
        ),
    )
    since = forms.DateField(
        label=_("since"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    kind = forms.ChoiceField(
        label=_("Of whom"),
        choices=[(one, one.label) for one in ScopeKind if one != ScopeKind.LANE],
    )
    key = forms.CharField(label=_("Code or name"), required=False, max_length=90)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["kpi"].choices = [(one.code, one.name) for one in KPIS.values()]  # type: ignore[attr-defined]
