"""What do seals cost beside a bare look at the same rows?

    python -m benchmarks.seals [--events 100000] [--runs 3]

Needs DATABASE_OWNER_URL (a role that may create databases); makes and drops its own database. New events
are sealed, and then a day's seals (288 of them) verified, each beside a bare aggregate that reads every column
of the same rows, measured in turn. Beside it: sealing when nothing is new, as in an idle house.
"""

import argparse
import statistics
import tempfile
import time

from benchmarks.harness import Result, in_turn, report
from benchmarks.scratch import scratch_database

EVENTS = """
INSERT INTO events_event (kind, subject_type, subject_id, by_id, data)
SELECT 'waybill.status_changed', 'tracking.waybill', n::text, %(by)s,
    jsonb_build_object('from', 'in_transit', 'to', 'out_for_delivery', 'place', '上海浦东营业部', 'n', n)
FROM generate_series(1, %(n)s) AS n
"""
# Reads what a seal reads, and does as little as possible with it.
BARE = """
SELECT count(*), sum(length(kind) + length(subject_type) + length(subject_id) + by_id + length(data::text)),
    max(at), max(recorded_at)
FROM events_event WHERE id > %s
"""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with scratch_database("bench_seals"), tempfile.TemporaryDirectory() as folder:
        from django.conf import settings

        settings.SEALS_DIR = folder
        return _measure(options.events, options.runs)


def _measure(events: int, runs: int) -> int:
    from django.db import connection

    from apps.accounts.queries import system_user
    from apps.safety import services
    from apps.safety.models import Seal

    by = system_user("importer").pk

    def write(n: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(EVENTS, {"n": n, "by": by})

    def bare(after: int) -> float:
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(BARE, [after])
            cursor.fetchall()
        return time.perf_counter() - began

    def sealing() -> float:
        began = time.perf_counter()
        services.seal_new_rows()
        return time.perf_counter() - began

    def verifying() -> float:
        began = time.perf_counter()
        assert services.verify_recent() == []
        return time.perf_counter() - began

    # The seals of what the migrations wrote.
    services.seal_new_rows()
    plain, sealed = [], []
    for _run in range(runs):
        after = Seal.objects.filter(table="events_event").order_by("-number").first()
        write(events)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE events_event")
        plain.append(bare(after.to_id if after else 0))
        sealed.append(sealing())
    # A day: a seal every five minutes, as many events again.
    for _turn in range(288):
        write(events // 288)
        services.seal_new_rows()
    services.store_outside()
    day_bare, day = in_turn([lambda: bare(0), verifying])
    idle = statistics.median(sealing() for _n in range(5))
    one, other = statistics.median(plain), statistics.median(sealed)
    rows = events * (runs + 1)
    return report(
        f"Seals over events, {events:,} new ones and a day of {rows:,}",
        [
            Result("bare aggregate of the new events", one * 1000, "ms"),
            Result("sealing them", other * 1000, "ms", one / other, 0.05),
            Result("bare aggregate of the day", day_bare * 1000, "ms"),
            Result("verifying the day", day * 1000, "ms", day_bare / day, 0.07),
            Result("sealing when nothing is new", idle * 1000, "ms"),
        ],
    )


if __name__ == "__main__":
    raise SystemExit(main())
