"""Figures out of the lists of KPIs, set-based for all customers, units, partners or agents at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.reports.enums import ScopeKind, Shows
from apps.reports.kpis import KPIS, Kpi, Period, Rows, Scope
from apps.reports.kpis.base import COLUMNS, SCOPE_COLUMNS

PAGE = 50
# Which rows of a list somebody looks at: all, those that are good, those that count and are not, neither.
TICKS = {
    "": "true",
    "good": "r.good > 0",
    "bad": "r.counts > r.good",
    "neither": "r.counts = 0 AND r.good = 0",
}
_TICKS = "coalesce(sum(r.good), 0)::bigint, coalesce(sum(r.counts), 0)::bigint"
_MEASURES = """round((percentile_cont(0.5) WITHIN GROUP (ORDER BY r.measure))::numeric, 2),
    round((percentile_cont(0.9) WITHIN GROUP (ORDER BY r.measure))::numeric, 2), round(avg(r.measure)::numeric, 2)"""
_NONE = "NULL::numeric, NULL::numeric, NULL::numeric"


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure of one scope: ``scope_id`` 0 for the whole company and for lanes."""

    kpi: str
    scope_kind: ScopeKind
    scope_id: int
    lane: str
    numerator: int
    denominator: int
    median: Decimal | None
    p90: Decimal | None
    mean: Decimal | None
    provisional: bool

    @property
    def rate(self) -> Fraction | None:
        """Numerator of denominator; None where nothing counts."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def value(self) -> Fraction | None:
        """What the KPI shows, in its unit."""
        kpi = KPIS[self.kpi]
        if kpi.shows == Shows.COUNT:
            return Fraction(self.denominator)
        if kpi.shows == Shows.MONEY:
            return Fraction(self.numerator, 100)
        if kpi.shows == Shows.MONEY_RATE:
            return None if self.rate is None else self.rate * kpi.per / 100
        if kpi.shows == Shows.RATE:
            return None if self.rate is None else self.rate * kpi.per
        measured = self.median if kpi.shows == Shows.MEDIAN else self.mean
        return None if measured is None else Fraction(measured)


@dataclass(frozen=True, slots=True)
class ListRow:
    """One thing of a KPI's list; ``kind`` is a model's label."""

    kind: str
    id: int
    at: datetime
    counts: int
    good: int
    measure: float | None
    customer_id: int | None
    unit_id: int | None
    carrier_id: int | None
    agent_id: int | None
    lane: str | None


def figures(
    kpis: Sequence[Kpi],
    scope_kind: ScopeKind,
    period: Period,
    ids: Sequence[int] | None = None,
    *,
    lanes: Sequence[str] | None = None,
    at: datetime | None = None,
) -> list[FigureRow]:
    """Of every scope of the kind that has a row, or of ``ids`` (``lanes``) alone; one statement for a KPI. The whole
    company has a row always, KPIs that are not told apart by the kind have none."""
    scope = Scope(
        scope_kind, None if ids is None else tuple(ids), None if lanes is None else tuple(lanes)
    )
    found: list[FigureRow] = []
    for some in by_source(kpis, scope):
        sql, values = figure_sql(some, scope, period, at)
        finals = {kpi.code: kpi.is_final(period, values["now"]) for kpi in some}
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            found += [_figure(row, scope.kind, finals) for row in cursor.fetchall()]
    places = {kpi.code: place for place, kpi in enumerate(kpis)}
    return sorted(found, key=lambda row: (places[row.kpi], row.scope_id, row.lane))


def _figure(row: tuple[Any, ...], kind: ScopeKind, finals: dict[str, bool]) -> FigureRow:
    code, scope_id, lane, good, counts, *measures = row
    mid, high, mean = measures
    return FigureRow(code, kind, scope_id, lane, good, counts, mid, high, mean, not finals[code])


def by_source(kpis: Sequence[Kpi], scope: Scope) -> list[list[Kpi]]:
    """Those that the kind of scope can tell apart, in groups of a statement each: of everybody those with the same
    source, which is read once for all of them; what a few have is found by their own indexes, all in one."""
    groups: dict[str, list[Kpi]] = defaultdict(list)
    for kpi in kpis:
        if scope.kind in kpi.scopes:
            source = kpi.shared_source(scope)
            groups[source.name if source else ""].append(kpi)
    return list(groups.values())


def figure_sql(
    kpis: Sequence[Kpi], scope: Scope, period: Period, at: datetime | None
) -> tuple[str, dict[str, Any]]:
    """Code, scope, lane, ticks and measures of each scope, for KPIs of one group."""
    at = at or timezone.now()
    source = kpis[0].shared_source(scope) if len(kpis) > 1 else None
    values: dict[str, Any] = {}
    parts = []
    for kpi in kpis:
        if source is None:
            rows = kpi.rows(scope, period, at)
        else:
            picked, given = kpi.picked(scope)
            rows = Rows(picked, {**kpi.given(period, at), **given})
        values |= rows.values
        parts.append(f"({_summed(kpi, scope, rows.sql)})")
    together = " UNION ALL ".join(parts)
    if source is None:
        return together, values
    return f"WITH src AS MATERIALIZED ({source.sql}) {together}", values


def _summed(kpi: Kpi, scope: Scope, rows: str) -> str:
    sums = f"{_TICKS}, {_MEASURES if kpi.is_measured else _NONE}"
    if scope.kind == ScopeKind.ALL:
        return f"SELECT '{kpi.code}', 0::bigint, '', {sums} FROM ({rows}) r"  # noqa: S608 - words of ours
    column = SCOPE_COLUMNS[scope.kind]
    key = "0::bigint, r.lane" if scope.kind == ScopeKind.LANE else f"r.{column}, ''"
    return f"SELECT '{kpi.code}', {key}, {sums} FROM ({rows}) r GROUP BY r.{column}"  # noqa: S608 - words of ours


def rows_page(
    kpi: Kpi,
    scope: Scope,
    period: Period,
    cursor: tuple[str, int] | None = None,
    *,
    only: str = "",
    size: int = PAGE,
    at: datetime | None = None,
) -> tuple[list[ListRow], tuple[str, int] | None]:
    """A page of the list and where the next begins (kind and id of its last row); newest first within a kind.
    ``only`` (``TICKS``): those with these ticks."""
    rows = kpi.rows(scope, period, at)
    after = f"WHERE {TICKS[only]}"
    values = {**rows.values, "size": size + 1}
    if cursor is not None:
        after += " AND (r.kind, -r.id) > (%(after_kind)s, -%(after_id)s)"
        values |= {"after_kind": cursor[0], "after_id": cursor[1]}
    sql = f"SELECT {', '.join(COLUMNS)} FROM ({rows.sql}) r {after} ORDER BY r.kind, r.id DESC LIMIT %(size)s"  # noqa: S608
    with connection.cursor() as db:
        db.execute(sql, values)
        found = [ListRow(*row) for row in db.fetchall()]
    more = len(found) > size
    found = found[:size]
    return found, (found[-1].kind, found[-1].id) if more else None
