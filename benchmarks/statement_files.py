"""What does a long statement cost as a file, beside what writes it from memory and beside COPY?

    python -m benchmarks.statement_files [--lines 200000]

Needs DATABASE_OWNER_URL (a role that may create databases); makes and drops its own database. The
workbook is measured in turn with the same writer fed with the same rows from a list, the csv with COPY
of the charges' own columns to a file, and the PDF of 2,000 lines is set once before it counts. Memory is the
highest that the process came to while it wrote the workbook, before anything was kept in lists.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime

from benchmarks.harness import Result, in_turn, report
from benchmarks.scratch import scratch_database

PAPER = 2_000
LONG, SHORT = date(2026, 10, 1), date(2026, 9, 1)
COPY = """
COPY (SELECT service_day, waybill, customer_id, facts, kind, tax_class_id, gross, reason FROM billing_charge
    WHERE statement_id = {} ORDER BY service_day, waybill, id) TO STDOUT WITH (FORMAT csv)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=200_000)
    options = parser.parse_args()
    with scratch_database("bench_statement_files"):
        return _measure(options.lines)


def _measure(count: int) -> int:
    from django.db import connection
    from django.utils.translation import override

    from apps.billing.enums import StatementFile
    from apps.billing.models import Statement
    from apps.billing.queries.exporting import HEADINGS, line_rows
    from apps.billing.queries.files import statement_file
    from apps.core.workbooks import fill_book
    from benchmarks.month_end import _fill, _unit

    _unit()
    _fill(count, 1, LONG, "L")
    _fill(PAPER, 1, SHORT, "S")
    _freeze(SHORT)
    _freeze(LONG)
    long = Statement.objects.select_related("bill_to", "station").get(period=LONG)
    short = Statement.objects.select_related("bill_to", "station").get(period=SHORT)

    def file(statement: Statement, form: StatementFile) -> float:
        def write() -> None:
            _name, made = statement_file(statement, form)
            made.close()

        return _seconds(write)

    with override("zh-hans"):
        file(short, StatementFile.XLSX)
        before = _peak()
        file(long, StatementFile.XLSX)
        grown = _peak() - before
        rows = list(line_rows(long))

        def from_memory() -> None:
            with tempfile.TemporaryFile() as into:
                fill_book(into, [("x", HEADINGS, rows)])

        def copy() -> None:
            with tempfile.TemporaryFile() as into, connection.cursor() as cursor:
                cursor.copy_expert(COPY.format(long.pk), into)

        book, writer = in_turn(
            [lambda: file(long, StatementFile.XLSX), lambda: _seconds(from_memory)], rounds=3
        )
        text, old, copied = in_turn(
            [
                lambda: file(long, StatementFile.CSV_PLAIN),
                lambda: file(long, StatementFile.CSV_GB18030),
                lambda: _seconds(copy),
            ]
        )
        [paper] = in_turn([lambda: file(short, StatementFile.PDF)], rounds=5)
    return report(
        f"A statement of {count:,} lines as files",
        [
            Result("xlsx", book * 1000, "ms", writer / book, 1 / 1.3),
            Result("the writer fed from memory", writer * 1000, "ms"),
            Result("memory more for the xlsx", grown, "MB", most=150),
            Result("csv", text * 1000, "ms", copied / text, 1 / 1.5),
            Result("csv in GB18030", old * 1000, "ms", copied / old),
            Result("COPY of the charges", copied * 1000, "ms"),
            Result(f"PDF of {PAPER:,} lines", paper * 1000, "ms", most=3000),
        ],
    )


def _freeze(month: date) -> None:
    from apps.accounts.queries import system_user
    from apps.billing.services import freeze_month

    at = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
    assert list(freeze_month(month=month, by=system_user("billing"), at=at))


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _peak() -> float:
    """MB, the most that this process has had resident."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    raise SystemExit(main())
