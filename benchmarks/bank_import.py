"""What does taking in a bank file of 100,000 lines cost beside COPY of the same lines, and in how much memory?

    python -m benchmarks.bank_import [--lines 100000]

Needs DATABASE_OWNER_URL (a role that may create databases); makes and drops its own database. COPY
writes the finished rows, encrypted and with their fingerprints, into the same table with its indexes.
The limits: reading, proving, encrypting and storing take at most four times as long, and the process
grows by at most 250 MB. Beside it what posting them to the ledger costs.
"""

import io
import time
from decimal import Decimal

import psutil

from benchmarks.harness import Result, report
from benchmarks.scratch import run_in_scratch

HEAD = "交易日期,交易时间,借方发生额,贷方发生额,余额,对方户名,对方账号,摘要,交易流水号\n"
ROUNDS = 3
MOST_MB = 250
COLUMNS = "account_id, file_id, row, day, time, amount, balance_after, party_index, name_index, ref, details, fingerprint, nth"


def content(lines: int, turn: int) -> bytes:
    balance, rows = Decimal(1000), [HEAD]
    for n in range(lines):
        amount = Decimal(1 + n % 9999) / 100
        balance += amount
        rows.append(
            f"2026-11-{1 + 28 * n // lines:02d},{n % 24:02d}:{n % 60:02d}:00,,{amount},{balance},"
            f"上海第{n % 5000}贸易有限公司,6222{n % 5000:015d},货款 {n},B{turn}-{n}\n"
        )
    return "".join(rows).encode("gb18030")


def _measure(lines: int) -> int:
    import statistics

    from django.db import connection
    from django.utils import timezone

    from apps.accounts.queries import system_user
    from apps.banking import services

    by, process = system_user("importer"), psutil.Process()
    taken, copied, grown = [], [], []
    for turn in range(ROUNDS):
        values = {"name": f"bench {turn}", "bank": "x", "holder": "x"}
        account = services.open_account(
            number=f"0000{turn:010d}", values=values, by=by, at=timezone.now()
        )
        file_content = content(lines, turn)
        before = process.memory_info().rss
        began = time.perf_counter()
        file = services.take_file(
            account=account, content=file_content, name="b.csv", by=by, at=timezone.now()
        )
        taken.append(time.perf_counter() - began)
        grown.append((process.memory_info().rss - before) / 1024 / 1024)
        assert (file.state, file.lines_new) == ("taken", lines), file.findings
        with connection.cursor() as cursor:
            out = io.StringIO()
            cursor.copy_expert(
                f"COPY (SELECT {COLUMNS} FROM banking_bankline WHERE account_id = {account.pk} ORDER BY id) TO STDOUT",
                out,
            )
            cursor.execute("SET yipiao.maintenance = 'on'")
            cursor.execute("DELETE FROM banking_bankline WHERE account_id = %s", [account.pk])
            out.seek(0)
            began = time.perf_counter()
            cursor.copy_expert(f"COPY banking_bankline ({COLUMNS}) FROM STDIN", out)
            copied.append(time.perf_counter() - began)
    began = time.perf_counter()
    assert services.post_file(file, by=by, at=timezone.now()) == lines
    posting = time.perf_counter() - began
    bare, whole, memory = statistics.median(copied), statistics.median(taken), max(grown)
    return report(
        f"A bank file of {lines:,} lines",
        [
            Result("COPY of the finished lines", lines / bare, "lines/s"),
            Result("take_file", lines / whole, "lines/s", bare / whole, 0.25),
            Result("memory it grows by", memory, "MB", most=MOST_MB),
            Result("post_file", lines / posting, "lines/s"),
        ],
    )


if __name__ == "__main__":
    raise SystemExit(run_in_scratch("bench_bank_import", _measure, lines=100_000))
