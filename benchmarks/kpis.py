"""What do all figures of a month cost beside the bare SQL that stands beside each KPI?

    python -m benchmarks.kpis [--shipments 1000000] [--customers 5000] [--cases 50000]

Needs DATABASE_OWNER_URL (a role that may create databases); makes and drops its own database. The limits: all
figures of every customer within 60 seconds; all figures of the company within twice the yardsticks of its KPIs,
measured in turn; the page of a list by less than 12 queries (a test counts them), 95 of 100 within 300 ms.
Each figure is compared with its yardstick.
"""

import argparse
import time
from datetime import timedelta
from typing import Any

from benchmarks.harness import Result, in_turn, report
from benchmarks.scratch import scratch_database

LONGEST, PAGE_MS, ROUNDS = 60, 300, 40


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shipments", type=int, default=1_000_000)
    parser.add_argument("--customers", type=int, default=5_000)
    parser.add_argument("--cases", type=int, default=50_000)
    options = parser.parse_args()
    with scratch_database("bench_kpis"):
        return _measure(options.shipments, options.customers, options.cases)


def _measure(shipments: int, customers: int, cases: int) -> int:
    from django.db import connection
    from django.utils import timezone

    from apps.reports.enums import ScopeKind
    from apps.reports.kpis import KPIS
    from apps.reports.queries.figures import figures
    from tests.factories.months import Size, make_month

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    month = timezone.localdate().replace(day=1) - timedelta(days=1)
    size = Size(customers=customers, shipments=shipments, cases=cases, calls=2 * cases)
    world = make_month(size, month)
    every = [kpi for kpi in KPIS.values() if kpi.yardstick]

    def bare() -> float:
        began = time.perf_counter()
        for kpi in every:
            _yardstick(kpi, world.period)
        return time.perf_counter() - began

    def ours() -> float:
        began = time.perf_counter()
        figures(every, ScopeKind.ALL, world.period)
        return time.perf_counter() - began

    for row in figures(every, ScopeKind.ALL, world.period):
        numerator, denominator, *_rest = _yardstick(KPIS[row.kpi], world.period)
        assert row.denominator == denominator, row
        assert row.numerator == numerator or row.kpi.startswith("stage_"), row
    began = time.perf_counter()
    found = figures(list(KPIS.values()), ScopeKind.CUSTOMER, world.period)
    all_customers = time.perf_counter() - began
    yardsticks, company = in_turn([bare, ours], rounds=2)
    page = _pages(world)
    return report(
        f"Figures of {shipments:,} shipments, {customers:,} customers, {cases:,} cases",
        [
            Result("the yardsticks, one after the other", yardsticks, "s"),
            Result("all figures of the company", company, "s", yardsticks / company, 0.5),
            Result(
                f"all figures of every customer ({len(found):,})",
                all_customers,
                "s",
                LONGEST / all_customers,
                1.0,
            ),
            Result("a page of a customer's list, 95th percentile", page, "ms", PAGE_MS / page, 1.0),
        ],
    )


def _yardstick(kpi: Any, period: Any) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(kpi.yardstick, kpi.given(period))
        return cursor.fetchone()


def _pages(world: Any) -> float:
    """Milliseconds within which 95 of 100 pages are read, of shares and cases of different customers."""
    from apps.reports.enums import ScopeKind
    from apps.reports.kpis import KPIS, Scope
    from apps.reports.queries.figures import rows_page
    from apps.reports.queries.subjects import dress

    took = []
    for n in range(ROUNDS):
        customer = world.customers[n * 37 % len(world.customers)]
        for code in ("on_time", "in_72h", "fcr", "first_word"):
            began = time.perf_counter()
            rows, _next = rows_page(
                KPIS[code], Scope(ScopeKind.CUSTOMER, (customer,)), world.period
            )
            dress(rows)
            took.append(time.perf_counter() - began)
    return sorted(took)[int(len(took) * 0.95)] * 1000


if __name__ == "__main__":
    raise SystemExit(main())
