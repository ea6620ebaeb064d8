"""Figures out of the lists of KPIs, set-based for all customers, units, partners or agents at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import connection

from apps.reports.enums import ScopeKind, Shows
from apps.reports.kpis import KPIS, Kpi, Period, Scope
from apps.reports.kpis.base import COLUMNS, SCOPE_COLUMNS

PAGE = 50
SUMS = """
coalesce(sum(r.good), 0)::bigint, coalesce(sum(r.counts), 0)::bigint,
round((percentile_cont(0.5) WITHIN GROUP (ORDER BY r.measure))::numeric, 2),
round((percentile_cont(0.9) WITHIN GROUP (ORDER BY r.measure))::numeric, 2),
round(avg(r.measure)::numeric, 2)"""


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
    return [row for kpi in kpis if scope_kind in kpi.scopes for row in _of(kpi, scope, period, at)]


def figure_sql(kpi: Kpi, scope: Scope, period: Period, at: datetime | None) -> tuple[str, Any]:
    """Scope, lane and sums of each scope."""
    rows = kpi.rows(scope, period, at)
    if scope.kind == ScopeKind.ALL:
        return f"SELECT 0::bigint, '', {SUMS} FROM ({rows.sql}) r", rows.values  # noqa: S608
    column = SCOPE_COLUMNS[scope.kind]
    key = "0::bigint, r.lane" if scope.kind == ScopeKind.LANE else f"r.{column}, ''"
    return (
        f"SELECT {key}, {SUMS} FROM ({rows.sql}) r GROUP BY r.{column} ORDER BY 1, 2",
        rows.values,
    )  # noqa: S608


def _of(kpi: Kpi, scope: Scope, period: Period, at: datetime | None) -> list[FigureRow]:
    sql, values = figure_sql(kpi, scope, period, at)
    provisional = not kpi.is_final(period, values["now"])
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [FigureRow(kpi.code, scope.kind, *row, provisional) for row in cursor.fetchall()]


def rows_page(
    kpi: Kpi,
    scope: Scope,
    period: Period,
    cursor: tuple[str, int] | None = None,
    *,
    size: int = PAGE,
    at: datetime | None = None,
) -> tuple[list[ListRow], tuple[str, int] | None]:
    """A page of the list and where the next begins (kind and id of its last row); newest first within a kind."""
    rows = kpi.rows(scope, period, at)
    after = ""
    values = {**rows.values, "size": size + 1}
    if cursor is not None:
        after = "WHERE (r.kind, -r.id) > (%(after_kind)s, -%(after_id)s)"
        values |= {"after_kind": cursor[0], "after_id": cursor[1]}
    sql = f"SELECT {', '.join(COLUMNS)} FROM ({rows.sql}) r {after} ORDER BY r.kind, r.id DESC LIMIT %(size)s"  # noqa: S608
    with connection.cursor() as db:
        db.execute(sql, values)
        found = [ListRow(*row) for row in db.fetchall()]
    more = len(found) > size
    found = found[:size]
    return found, (found[-1].kind, found[-1].id) if more else None
