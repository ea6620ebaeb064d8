"""Figures as they were frozen, where they were, else as they are now."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.utils import timezone

from apps.reports.enums import ScopeKind
from apps.reports.kpis import Kpi, Period, Scope
from apps.reports.models import Figure, Freeze
from apps.reports.queries.figures import FigureRow, figures

# Missed months are caught up so far back.
MONTHS_BACK: Final = 12


def unfrozen_months(at: datetime) -> list[tuple[Period, ScopeKind]]:
    """Months that are over by ``at``, and of whom they have never been frozen: last month, and those since the first one
    that was ever frozen of anybody, at most ``MONTHS_BACK``; the oldest first."""
    months = [Period.of_month(timezone.localdate(at)).before]
    while len(months) < MONTHS_BACK:
        months.append(months[-1].before)
    months.reverse()
    rows = Freeze.objects.filter(first_day__gte=months[0].first).order_by()
    had = set(rows.values_list("scope_kind", "first_day", "until_day").distinct())
    begun = {month for month in months for kind in ScopeKind if _key(month, kind) in had}
    first = min((months.index(month) for month in begun), default=len(months) - 1)
    return [
        (month, kind)
        for month in months[first:]
        for kind in ScopeKind
        if _key(month, kind) not in had
    ]


def _key(month: Period, kind: ScopeKind) -> tuple[str, date, date]:
    return kind.value, month.first, month.until


def latest_freeze(period: Period, kind: ScopeKind) -> Freeze | None:
    """The last computing of the period."""
    rows = Freeze.objects.filter(scope_kind=kind, first_day=period.first, until_day=period.until)
    return rows.order_by("-nth").first()


def frozen_figures(freeze: Freeze, scope: Scope) -> dict[str, FigureRow]:
    """KPI → what was kept of one scope."""
    rows = Figure.objects.filter(freeze=freeze)
    if scope.kind == ScopeKind.LANE:
        rows = rows.filter(scope_id=0, lane__in=scope.lanes or ())
    else:
        rows = rows.filter(scope_id__in=scope.ids or (0,), lane="")
    return {
        row.kpi: FigureRow(
            *(row.kpi, scope.kind, row.scope_id, row.lane, row.numerator, row.denominator),
            *(row.median, row.p90, row.mean, not row.is_final),
        )
        for row in rows
    }


def figures_or_frozen(
    kpis: Sequence[Kpi],
    scope: Scope,
    period: Period,
    *,
    at: datetime,
    only_frozen: bool = False,
) -> tuple[dict[str, FigureRow], datetime | None]:
    """KPI → figure of one scope, and when they were frozen; None: computed now."""
    freeze = latest_freeze(period, scope.kind)
    if freeze is not None:
        return frozen_figures(freeze, scope), freeze.computed_at
    if only_frozen:
        return {}, None
    found = figures(kpis, scope.kind, period, scope.ids, lanes=scope.lanes, at=at)
    return {row.kpi: row for row in found}, None
