"""A figure is the length of its list, for every KPI, whoever it is of (REP-4)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.reports.enums import ScopeKind
from apps.reports.kpis import COMPANY, KPIS, Kpi, Scope
from apps.reports.kpis.base import SCOPE_COLUMNS
from apps.reports.queries.figures import FigureRow, ListRow, figures, rows_page
from tests.factories.months import Size, World, make_month

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("REP-4")]
ALL = list(KPIS.values())


@pytest.fixture(params=[0.1, 0.7])
def world(request: pytest.FixtureRequest) -> World:
    last_month = timezone.localdate().replace(day=1) - timedelta(days=1)
    return make_month(Size(seed=request.param), last_month)


def whole_list(kpi: Kpi, world: World) -> list[ListRow]:
    found: list[ListRow] = []
    cursor = None
    while True:
        rows, cursor = rows_page(kpi, COMPANY, world.period, cursor, size=150)
        found += rows
        if cursor is None:
            return found


def key_of(kind: ScopeKind, row: ListRow) -> Any:
    return None if kind == ScopeKind.ALL else getattr(row, SCOPE_COLUMNS[kind])


def near(one: Any, other: Any) -> bool:
    return (one is None and other is None) or abs(float(one) - float(other)) < 0.011


def test_a_figure_is_its_list_and_agrees_with_its_yardstick(world: World) -> None:
    together: dict[ScopeKind, dict[str, list[FigureRow]]] = {}
    for kind in ScopeKind:
        by_kpi = together[kind] = {}
        for row in figures(ALL, kind, world.period):
            by_kpi.setdefault(row.kpi, []).append(row)
    for kpi in ALL:
        rows = whole_list(kpi, world)
        assert len({(row.kind, row.id) for row in rows}) == len(rows), f"{kpi.code}: a row twice"
        check_scopes(kpi, rows, {kind: together[kind].get(kpi.code, []) for kind in kpi.scopes})
        check_yardstick(kpi, together[ScopeKind.ALL][kpi.code][0], world)
        assert rows, f"{kpi.code}: the month has none, so nothing is proved"


def check_scopes(kpi: Kpi, rows: list[ListRow], found: dict[ScopeKind, list[FigureRow]]) -> None:
    for kind, figure_rows in found.items():
        sums: dict[Any, list[int]] = {}
        for row in rows:
            key = key_of(kind, row)
            if kind == ScopeKind.ALL or key is not None:
                good, counts = sums.setdefault(key, [0, 0])
                sums[key] = [good + row.good, counts + row.counts]
        got = {
            (f.lane if kind == ScopeKind.LANE else None if kind == ScopeKind.ALL else f.scope_id): [
                f.numerator,
                f.denominator,
            ]
            for f in figure_rows
        }
        if kind == ScopeKind.ALL and not rows:
            sums = {None: [0, 0]}
        assert got == sums, f"{kpi.code} by {kind}"


def check_yardstick(kpi: Kpi, row: FigureRow, world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(kpi.yardstick, kpi.given(world.period))
        numerator, denominator, *rest = cursor.fetchone()
    expected = (numerator, denominator)
    if kpi.code.startswith("stage_"):
        expected = (row.numerator, denominator)
    assert (row.numerator, row.denominator) == expected, kpi.code
    for mine, bare in zip((row.median, row.p90), rest, strict=False):
        assert near(mine, bare), f"{kpi.code}: {mine} {bare}"


def test_a_scope_alone_has_the_figure_it_has_among_all(world: World) -> None:
    for kind in (ScopeKind.CUSTOMER, ScopeKind.UNIT, ScopeKind.AGENT, ScopeKind.PARTNER):
        every = figures(ALL, kind, world.period)
        one = next(row.scope_id for row in every if row.kpi in ("on_time", "fcr"))
        assert figures(ALL, kind, world.period, [one]) == [r for r in every if r.scope_id == one]


def test_some_customers_have_the_figures_they_have_among_all(world: World) -> None:
    """They are read from sources of their own (ADR 68)."""
    some = world.customers[:5]
    every = figures(ALL, ScopeKind.CUSTOMER, world.period)
    found = figures(ALL, ScopeKind.CUSTOMER, world.period, some)
    assert found == [row for row in every if row.scope_id in some]
    assert any(row.numerator for row in found if row.kpi == "reopened")


def test_a_list_of_a_scope_has_its_rows_alone(world: World) -> None:
    kpi, customer = KPIS["on_time"], world.customers[1]
    rows, _cursor = rows_page(kpi, Scope(ScopeKind.CUSTOMER, (customer,)), world.period)
    assert rows and {row.customer_id for row in rows} == {customer}
