"""What do all figures of a month cost beside the bare SQL that stands beside each KPI?

    python -m benchmarks.kpis [--shipments 1000000] [--customers 5000] [--cases 50000]

Needs DATABASE_OWNER_URL (a role that may create databases); makes and drops its own database; the month is written in
sets, a million shipments with seven million events in some minutes. The limits: all figures of every customer within
60 seconds; all figures of the company within twice the yardsticks of its KPIs, measured in turn;
the page of a list over HTTP by less than 12 queries, 95 of 100 within 300 ms, the bare view behind the same middleware
asked in turn with it. Each figure is compared with its yardstick. ``--each``: what each source and yardstick takes.
"""

import argparse
import statistics
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from benchmarks.case_pages import _beside_bare, _queries, _served, _signed_in
from benchmarks.harness import Result, in_turn, report
from benchmarks.scratch import scratch_database

LONGEST, PAGE_MS, ROUNDS, MOST_QUERIES = 60, 300, 40, 11
LISTS = ("on_time", "in_72h", "fcr", "first_word", "stage_delivery")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shipments", type=int, default=1_000_000)
    parser.add_argument("--customers", type=int, default=5_000)
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--each", action="store_true")
    options = parser.parse_args()
    with scratch_database("bench_kpis"):
        return _measure(options.shipments, options.customers, options.cases, each=options.each)


def _measure(shipments: int, customers: int, cases: int, *, each: bool) -> int:
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
    began = time.perf_counter()
    world = make_month(size, month)
    print(f"made in {time.perf_counter() - began:.0f} s", flush=True)
    every = list(KPIS.values())

    def bare() -> float:
        began = time.perf_counter()
        for kpi in every:
            once = time.perf_counter()
            _yardstick(kpi, world.period)
            if each:
                print(f"    {kpi.code}: {time.perf_counter() - once:.1f} s", flush=True)
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
    print(f"all figures of every customer in {all_customers:.0f} s", flush=True)
    yardsticks, company = in_turn([bare, ours], rounds=1)
    with _served() as server:
        pages, queries = _pages(server, world)
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
            *pages,
        ],
        notes=[f"at most {queries} queries for a page"],
    ) | int(queries > MOST_QUERIES)


def _yardstick(kpi: Any, period: Any) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(kpi.yardstick, kpi.given(period))
        return cursor.fetchone()


def _pages(server: Any, world: Any) -> tuple[list[Result], int]:
    """Pages of lists of the company and of different customers, 95th percentiles; the most queries of one."""
    from django.urls import reverse

    from apps.accounts.enums import ObjectScope, Role
    from apps.customers.models import Customer
    from tests.factories.accounts import UserFactory

    codes = list(
        Customer.objects.filter(pk__in=world.customers[:ROUNDS]).values_list("code", flat=True)
    )
    span = {"first_day": world.period.first.isoformat(), "last_day": world.period.last.isoformat()}
    address = reverse("admin:reports_figure_list")
    client = _signed_in(UserFactory(roles=[Role.DEPARTMENT_MANAGER], scope=ObjectScope.ALL))
    cookie = "; ".join(f"{key}={value.value}" for key, value in client.cookies.items())
    taken, bare, most = [], [], 0
    for kpi in LISTS:
        asked = {**span, "kpi": kpi, "kind": "customer"}
        most = max(
            most, len(_queries(client, f"{address}?{urlencode({**asked, 'key': codes[0]})}"))
        )
        paths = [
            f"{address}?{urlencode({**asked, 'key': codes[turn % len(codes)]})}"
            for turn in range(ROUNDS + 3)
        ]
        page_ms, bare_ms = _beside_bare(server.port, paths, cookie, warm=3)
        taken += page_ms
        bare += bare_ms
    found = [
        Result(name, sorted(times)[int(len(times) * 0.95) - 1], f"ms (median {statistics.median(times):.1f})", most=limit)
        for name, times, limit in (
            ("a page of a customer's list, p95", taken, PAGE_MS), ("the bare view, p95", bare, None),
        )
    ]  # fmt: skip
    return found, most


if __name__ == "__main__":
    raise SystemExit(main())
