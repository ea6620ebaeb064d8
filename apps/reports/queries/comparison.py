"""Units, partners and agents side by side: by one KPI, with how sure each figure is (REP-4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from statistics import median
from typing import TYPE_CHECKING

from django.db import connection

from apps.reports.enums import ScopeKind, Shows
from apps.reports.kpis import Kpi, Period, Scope
from apps.reports.kpis.base import SCOPE_COLUMNS
from apps.reports.queries.figures import FigureRow, figures
from apps.reports.queries.scopes import COMPARE, names, visible_agents
from apps.reports.rules.mix import adjusted
from apps.reports.rules.wilson import FEW, interval

if TYPE_CHECKING:
    from apps.accounts.models import User

COMPARED = (ScopeKind.UNIT, ScopeKind.PARTNER, ScopeKind.AGENT)
# Shares of shipments, which depend on how hard the lanes are.
BY_LANES = frozenset({"on_time", "on_time_own", "in_72h"})


@dataclass(frozen=True, slots=True)
class Compared:
    """``rank`` is empty for fewer than 30; ``low`` and ``high`` bound the share, from 0 to 1."""

    key: str
    name: str
    figure: FigureRow
    rank: int | None
    low: float | None
    high: float | None
    adjusted: Fraction | None
    is_own: bool

    @property
    def is_few(self) -> bool:
        return self.figure.denominator < FEW


@dataclass(frozen=True, slots=True)
class Comparison:
    """``middle`` is the median of those that are ranked; ``hidden`` how many others there are that one may not see."""

    rows: Sequence[Compared]
    middle: Fraction | None
    hidden: int


def compare(
    kpi: Kpi, kind: ScopeKind, period: Period, *, user: "User", at: datetime | None = None
) -> Comparison:
    """Best first, then those with too few to rank. Leaders see everybody of their units by name, others their own row
    and the median."""
    found = figures([kpi], kind, period, at=at)
    visible = _visible(kind, [row.scope_id for row in found], user)
    labels = names(kind, visible)
    mix = _adjusted(kpi, kind, period, at) if kpi.code in BY_LANES else {}
    ranked = [row for row in found if row.denominator >= FEW and row.value is not None]
    ranked.sort(key=_value, reverse=kpi.better == "up")
    ranks = {
        row.scope_id: 1 + next(n for n, other in enumerate(ranked) if other.value == row.value)
        for row in ranked
    }
    few = sorted((r for r in found if r.scope_id not in ranks), key=lambda r: -r.denominator)
    rows = [
        _row(row, labels[row.scope_id], ranks.get(row.scope_id), mix.get(row.scope_id), kpi, user)
        for row in [*ranked, *few]
        if row.scope_id in labels
    ]
    middle = median(_value(row) for row in ranked) if ranked else None
    return Comparison(rows, middle, len(found) - len(rows))


def _value(row: FigureRow) -> Fraction:
    return row.value or Fraction(0)


def _row(
    row: FigureRow,
    label: tuple[str, str],
    rank: int | None,
    mixed: Fraction | None,
    kpi: Kpi,
    user: "User",
) -> Compared:
    bounds = interval(row.numerator, row.denominator) if kpi.shows == Shows.RATE else None
    low, high = bounds or (None, None)
    is_own = row.scope_kind == ScopeKind.AGENT and row.scope_id == user.pk
    return Compared(*label, row, rank, low, high, mixed, is_own)


def _visible(kind: ScopeKind, ids: Sequence[int], user: "User") -> set[int]:
    units = user.visible_unit_ids()
    if kind == ScopeKind.AGENT:
        return visible_agents(user, ids)
    if not user.has_perm(COMPARE):
        return (
            {pk for pk in ids if units is not None and pk in units}
            if kind == ScopeKind.UNIT
            else set()
        )
    if units is None:
        return set(ids)
    return set(ids) & units if kind == ScopeKind.UNIT else set()


def _adjusted(
    kpi: Kpi, kind: ScopeKind, period: Period, at: datetime | None
) -> dict[int, Fraction]:
    """One statement: ticks by scope and lane."""
    rows = kpi.rows(Scope(kind), period, at)
    column = SCOPE_COLUMNS[kind]
    sql = f"""SELECT r.{column}, coalesce(r.lane, ''), sum(r.good)::bigint, sum(r.counts)::bigint
        FROM ({rows.sql}) r GROUP BY 1, 2"""  # noqa: S608  # words of ours
    with connection.cursor() as cursor:
        cursor.execute(sql, rows.values)
        return adjusted(cursor.fetchall())
