"""What does the search for late shipments cost when a million shipments are open?

    python -m benchmarks.late_sweep [--waybills 1000000]

Needs DATABASE_OWNER_URL (a role that may create databases); makes and drops its own database.
The limit: with nothing due, a sweep takes at most four times as long as a transaction that only
asks the time, measured in turn: about a millisecond.
"""

import time

from benchmarks.growth import WAYBILLS
from benchmarks.harness import Result, in_turn, report
from benchmarks.scratch import run_in_scratch

DUE = 500
WATCH = """
INSERT INTO tracking_shipmentwatch (waybill_id, due_at)
SELECT id, now() + interval '1 day' + make_interval(secs => id % 86400) FROM tracking_waybill w
WHERE NOT EXISTS (SELECT FROM tracking_shipmentwatch s WHERE s.waybill_id = w.id)
"""


def _measure(waybills: int) -> int:
    from django.db import connection, transaction

    from apps.accounts.queries import system_user
    from apps.tracking.services.late import find_late
    from tests.factories.customers import CustomerFactory

    sweeper, customer = system_user("sweeper"), CustomerFactory()

    def only_the_time() -> float:
        began = time.perf_counter()
        for _ in range(50):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT statement_timestamp()")
        return (time.perf_counter() - began) / 50

    def nothing_due() -> float:
        began = time.perf_counter()
        for _ in range(50):
            assert find_late(by=sweeper) == {}
        return (time.perf_counter() - began) / 50

    def some_due() -> float:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE tracking_shipmentwatch SET due_at = now() WHERE waybill_id IN"
                " (SELECT waybill_id FROM tracking_shipmentwatch WHERE due_at > now() LIMIT %s)",
                [DUE],
            )
        began = time.perf_counter()
        assert find_late(by=sweeper, limit=DUE)["looked"] == DUE
        return time.perf_counter() - began

    with connection.cursor() as cursor:
        cursor.execute(WAYBILLS, {"customer": customer.pk, "first": 1, "last": waybills})
        cursor.execute(WATCH)
        cursor.execute("VACUUM ANALYZE tracking_waybill, tracking_shipmentwatch")
    bare, sweep, batch = in_turn([only_the_time, nothing_due, some_due])
    return report(
        f"Search for late shipments, {waybills:,} open",
        [
            Result("a transaction that asks the time", bare * 1e6, "µs"),
            Result("nothing due", sweep * 1e6, "µs", bare / sweep, 0.25),
            Result(f"{DUE} due and late", batch * 1000, "ms"),
        ],
    )


if __name__ == "__main__":
    raise SystemExit(run_in_scratch("bench_late_sweep", _measure, waybills=1_000_000))
