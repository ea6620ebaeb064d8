"""What does freezing a month cost beside the bare aggregate, and does it lose a charge?

    python -m benchmarks.month_end [--charges 1000000] [--customers 5000] [--kills 30]

Needs DATABASE_OWNER_URL (a role that may create databases); makes and drops its own database.

First the time: the freeze of all statements with everything that it leaves (totals, entries and postings of
the ledger, events), its second run, and a bare sum of the same rows: a SELECT that marks nothing, read from
the table, for which PostgreSQL takes more than one processor where it likes. Charges have the facts and inputs
of a shipment and lie in the order of days, not of payers. For comparison also the sum from the index that
the freeze itself reads. Then the sums: six writers charge while the month is frozen in small batches by
processes that are killed with -9; in the end every statement is its lines, and no line is there twice.
The control closes without the lock and loses.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from datetime import date

import psutil

from benchmarks.harness import Result, database_seconds, report
from benchmarks.scratch import scratch_database

MONTH, KILLED, CONTROL = date(2026, 10, 1), date(2026, 9, 1), date(2026, 8, 1)
STATEMENTS = """
INSERT INTO billing_statement (number, bill_to_id, period, state, issued_by_side, created_at, revision,
    confirmed_how, confirmed_note, pdf_sha256)
SELECT 'B' || c.id || %(month)s::date, c.id, %(month)s, 'open', 'finance', now(), 0, '', '', ''
FROM customers_customer c WHERE c.code LIKE %(prefix)s
"""
CHARGES = """
INSERT INTO billing_charge (statement_id, customer_id, kind, gross, tax_class_id, service_day, waybill, facts,
    inputs, source, nth, reason, at, by_id)
SELECT s.id, s.bill_to_id, CASE n %% 4 WHEN 0 THEN 'fuel' ELSE 'freight' END, (n * 7 %% 9999 + 1) / 100.0,
    %(tax)s, %(month)s::date + n %% 28, 'YP' || 10000000000 + s.id * 1000000 + n,
    '{"from": "上海市", "to": "杭州市", "pieces": 2, "weight_g": 3200}',
    '{"origin": "310000", "destination": "330100", "weight_g": 3200, "volume_mm3": 24000000, "pieces": 2}',
    'waybill:' || s.id * 1000000 + n || ':1', n %% 2, '', now(), %(by)s
FROM billing_statement s CROSS JOIN generate_series(1, %(per)s) AS n WHERE s.period = %(month)s
ORDER BY n, hashint8(s.id * 7919 + n)
"""
BARE = """
SELECT statement_id, kind, tax_class_id, count(*), sum(gross) FROM billing_charge GROUP BY 1, 2, 3
"""
# What is not right: a statement whose figure is not the sum of its lines.
WRONG = """
SELECT count(*) FROM billing_statement s
WHERE s.period = %s AND s.state <> 'open' AND s.charged IS DISTINCT FROM
    coalesce((SELECT sum(gross) FROM billing_charge WHERE statement_id = s.id), 0)
"""
SUMS = "SELECT statement_id, sum(gross) FROM billing_charge WHERE statement_id = ANY(%s) GROUP BY 1"
CLOSE = """
UPDATE billing_statement SET state = 'frozen', lines = 0, opening = 0, received = 0, charged = %(sum)s,
    closing = %(sum)s, frozen_at = now(), frozen_by_id = (SELECT min(id) FROM accounts_user)
WHERE id = %(id)s
"""
WORKER = """
import django, sys
from datetime import date, datetime, timezone
django.setup()
from apps.accounts.queries import system_user
from apps.billing.services import freeze_month
at = datetime(2026, 11, 1, 2, 0, tzinfo=timezone.utc)
for batch in freeze_month(month=date(2026, 9, 1), by=system_user("billing"), at=at, batch=2):
    print(len(batch), flush=True)
"""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--charges", type=int, default=1_000_000)
    parser.add_argument("--customers", type=int, default=5_000)
    parser.add_argument("--kills", type=int, default=30)
    options = parser.parse_args()
    with scratch_database("bench_month_end"):
        _unit()
        results = _time(options.charges, options.customers)
        results += _kills(options.kills)
        results.append(_control())
    return report("The month's end", results)


def _unit() -> None:
    from apps.accounts.models import Unit

    Unit.objects.create(code="BENCH", name="bench", kind="branch", path="BENCH/")


def _customers(count: int, prefix: str) -> None:
    from apps.accounts.models import Unit
    from apps.accounts.queries import system_user
    from apps.customers.models import Customer

    by, unit = system_user("billing"), Unit.objects.get(code="BENCH")
    Customer.objects.bulk_create(
        [
            Customer(code=f"{prefix}{n:06d}", name=f"c{n}", unit=unit, created_by=by)
            for n in range(count)
        ],
        batch_size=1000,
    )


def _tax() -> int:
    from apps.accounts.queries import system_user
    from apps.pricing.models import TaxClass

    row, _new = TaxClass.objects.get_or_create(
        code="delivery",
        since=date(2016, 5, 1),
        defaults={"name": "x", "rate_ppm": 60_000, "created_by": system_user("billing")},
    )
    return int(row.pk)


def _fill(charges: int, customers: int, month: date, prefix: str) -> None:
    from django.db import connection

    from apps.accounts.queries import system_user

    _customers(customers, prefix)
    given = {
        "month": month,
        "prefix": f"{prefix}%",
        "tax": _tax(),
        "per": charges // customers,
        "by": system_user("billing").pk,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(STATEMENTS, given)
        cursor.execute(CHARGES, given)
        cursor.execute("VACUUM ANALYZE billing_charge, billing_statement")


def _freeze(month: date) -> int:
    from datetime import UTC, datetime

    from apps.accounts.queries import system_user
    from apps.billing.services import freeze_month

    at = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
    found = freeze_month(month=month, by=system_user("billing"), at=at)
    return sum(len(batch) for batch in found)


def _time(charges: int, customers: int) -> list[Result]:

    _fill(charges, customers, MONTH, "T")
    _bare(index=False)  # warms up
    taken = [_bare(index=False) for _round in range(3)]
    from_index = min(_bare(index=True) for _round in range(3))
    alone = _bare_alone()
    before = _memory()
    began, worked = time.perf_counter(), _processor()
    frozen = _freeze(MONTH)
    first, work = time.perf_counter() - began, _processor() - worked
    grown = _memory() - before
    began = time.perf_counter()
    again = _freeze(MONTH)
    second = time.perf_counter() - began
    bare = statistics.median([*taken, *(_bare(index=False) for _round in range(3))])
    print(f"{charges} charges, {frozen} statements: bare {bare:.2f} s, freeze {first:.2f} s")
    return [
        Result("bare aggregate of the table", bare * 1000, "ms"),
        Result("freeze", first * 1000, "ms", bare / first, 0.4),
        Result("processor time of the aggregate", alone * 1000, "ms"),
        Result("processor time of the freeze", work * 1000, "ms", alone / work),
        Result("the same sum from the index", from_index * 1000, "ms", from_index / first),
        Result("second run", second * 1000, "ms", first / second, 100),
        Result("changed by the second run", again, "statements", most=0),
        Result("memory more, process and session", grown, "MB", most=50),
        _wrong("not their lines", MONTH),
    ]


def _bare(*, index: bool) -> float:
    from django.db import connection

    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(f"SET enable_indexonlyscan = {'on' if index else 'off'}")
        cursor.execute(BARE)
        cursor.fetchall()
        cursor.execute("RESET enable_indexonlyscan")
    return time.perf_counter() - began


def _bare_alone() -> float:
    """Processor time of the aggregate of the table in one session, as the freeze has one."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        began = _processor()
        _bare(index=False)
        taken = _processor() - began
        cursor.execute("RESET max_parallel_workers_per_gather")
    return taken


def _processor() -> float:
    return time.process_time() + database_seconds()


def _memory() -> float:
    """MB that this process and its session at the server have for themselves."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    pids = [pid for pid in (pid, os.getpid()) if psutil.pid_exists(pid)]
    return sum(psutil.Process(pid).memory_full_info().uss for pid in pids) / 1024 / 1024


def _wrong(name: str, month: date) -> Result:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(WRONG, [month])
        (wrong,) = cursor.fetchone()
    return Result(name, wrong, "statements", most=0)


def _writers(
    stop: threading.Event, written: list[int], month: date, prefix: str
) -> list[threading.Thread]:
    from datetime import UTC, datetime
    from decimal import Decimal

    from django.db import connection

    from apps.accounts.queries import system_user
    from apps.billing.enums import ChargeKind
    from apps.billing.inputs import NewCharge
    from apps.billing.services import post_charges
    from apps.customers.models import Customer
    from apps.pricing.models import TaxClass

    by, tax = system_user("billing"), TaxClass.objects.get().pk
    customers = list(Customer.objects.filter(code__startswith=prefix).values_list("pk", flat=True))
    at = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)

    def write(n: int) -> None:
        turn = 0
        while not stop.is_set():
            new = NewCharge(
                kind=ChargeKind.FREIGHT, gross=Decimal("1.00"), tax_class_id=tax, service_day=month,
                source=f"{prefix}{n}:{turn}", customer_id=customers[(n + turn * 7) % len(customers)],
            )  # fmt: skip
            written[n] += len(post_charges([new], by=by, at=at))
            turn += 1
        connection.close()

    threads = [threading.Thread(target=write, args=[n]) for n in range(len(written))]
    for thread in threads:
        thread.start()
    return threads


def _kills(kills: int) -> list[Result]:
    """Processes freeze two statements at a time and are killed; the last one is left to finish."""
    from apps.billing.models import Charge

    _fill(20_000, 400, KILLED, "K")
    before = Charge.objects.count()
    stop, written = threading.Event(), [0] * 6
    writers = _writers(stop, written, KILLED, "K")
    struck = 0
    while struck < kills:
        process = _worker()
        if process.stdout is None or not process.stdout.readline():
            process.wait()
            break
        time.sleep(0.005 * (struck % 7))
        process.send_signal(signal.SIGKILL)
        process.wait()
        struck += 1
    stop.set()
    for thread in writers:
        thread.join()
    _freeze(KILLED)
    lost = before + sum(written) - Charge.objects.count()
    print(f"{struck} kills, {sum(written)} charges written meanwhile")
    return [
        _wrong("not their lines, after kills", KILLED),
        Result("lost or double", abs(lost), "charges", most=0),
        Result("kills", struck, "", struck / kills, 1),
    ]


def _worker() -> "subprocess.Popen[bytes]":
    env = {**os.environ}
    return subprocess.Popen([sys.executable, "-c", WORKER], stdout=subprocess.PIPE, env=env)


def _control() -> Result:
    """Closing by reading the sums and then writing them with the state, without the lock and the trigger:
    what each writer adds in between is in no figure."""
    from django.db import connection

    _fill(4_000, 20, CONTROL, "C")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER charge_statement_open ON billing_charge")
    stop, written = threading.Event(), [0] * 6
    writers = _writers(stop, written, CONTROL, "C")
    with connection.cursor() as cursor:
        ids = _ids()
        cursor.execute(SUMS, [ids])
        sums = dict(cursor.fetchall())
        seen = list(written)
        while any(now <= then for now, then in zip(written, seen, strict=True)):
            if not all(thread.is_alive() for thread in writers):
                raise RuntimeError("a writer of the control has stopped")
            time.sleep(0.01)
        for pk in ids:
            cursor.execute(CLOSE, {"id": pk, "sum": sums[pk]})
    stop.set()
    for thread in writers:
        thread.join()
    wrong = _wrong("", CONTROL).value
    return Result("the control loses", wrong, "statements", float(wrong), 1)


def _ids() -> list[int]:
    from apps.billing.models import Statement

    return list(Statement.objects.filter(period=CONTROL).values_list("pk", flat=True))


if __name__ == "__main__":
    raise SystemExit(main())
