"""Does the staff's order list stay light with a million orders?

    python -m benchmarks.order_list [--orders 1000000]

Needs DATABASE_OWNER_URL (a role that may create databases); makes and drops its own database.
The limit: fewer than 10 queries to open the list, and none of them counts the table. The bare
view's time stands beside the list's.
"""

import argparse
import statistics
import time

from benchmarks.harness import Result, report
from benchmarks.scratch import scratch_database

MOST_QUERIES = 9
CHUNK = 100_000


def multiply(orders: int) -> None:
    """Copy one order a million times, spread over a year, with numbers of their own."""
    from django.db import connection

    from apps.orders.models import WorkOrder

    own = {
        "id",
        "number",
        "customer_reference",
        "received_at",
        "received_on",
        "due_at",
        "entry_key",
    }
    copied = [f.column for f in WorkOrder._meta.concrete_fields if f.column not in own]
    names = ", ".join(copied)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for start in range(0, orders, CHUNK):
            cursor.execute(
                f"INSERT INTO orders_workorder (number, customer_reference, received_at, received_on,"
                f" due_at, {names}) SELECT 'WOB' || n, '', at, at::date, at + interval '1 day', {names}"
                " FROM (SELECT * FROM orders_workorder ORDER BY id LIMIT 1) AS one, LATERAL"
                " (SELECT n, one.received_at - make_interval(secs => n * 30) AS at"
                "  FROM generate_series(%s, %s) AS n) AS many",
                [start + 1, min(start + CHUNK, orders)],
            )
        cursor.execute("VACUUM (ANALYZE) orders_workorder")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    orders = parser.parse_args().orders
    with scratch_database("bench_orders"):
        from django.conf import settings
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext, setup_test_environment

        settings.STORAGES["staticfiles"]["BACKEND"] = (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
        setup_test_environment()
        from apps.accounts.enums import Role
        from tests.factories.accounts import UserFactory, sign_in
        from tests.factories.orders import order

        order()
        multiply(orders)
        client = Client()
        sign_in(client, UserFactory(roles=[Role.DIRECTOR]))
        client.get("/admin/orders/workorder/")
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/admin/orders/workorder/").status_code == 200
        statements = [q["sql"] for q in seen.captured_queries]
        assert statements, "the list was not opened at all"
        counting = [sql for sql in statements if "COUNT(" in sql]
        page = [_ms(client, "/admin/orders/workorder/") for _ in range(20)]
        bare = [_ms(client, "/healthz") for _ in range(20)]
    queries = len(statements)
    missed = queries > MOST_QUERIES or bool(counting)
    report(
        f"The order list with {orders:,} orders",
        [
            Result("queries to open it", queries, "queries"),
            Result("of them counting the table", len(counting), "queries"),
            Result("median time", statistics.median(page), "ms"),
            Result("a bare view's, beside it", statistics.median(bare), "ms"),
        ],
        notes=["MISSED" if missed else f"kept: at most {MOST_QUERIES} queries, none counts"],
    )
    return int(missed)


def _ms(client: object, path: str) -> float:
    began = time.perf_counter()
    client.get(path)  # type: ignore[attr-defined]
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    raise SystemExit(main())
