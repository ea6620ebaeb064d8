"""What does taking in 100,000 lines of a queue_log cost beside COPY of the same lines, and in how much memory?

    python -m benchmarks.call_files [--lines 100000]

Needs DATABASE_OWNER_URL (a role that may create databases); makes and drops its own database. COPY writes the lines,
split at their bars, into a table with a key and an index by call. The limits: reading, folding, encrypting and storing
calls and their phones take at most six times as long, the process grows by at most 60 MB, and the same file again
takes less than 5 % of the first time.
"""

import io
import statistics
import time

import psutil

from benchmarks.harness import Result, report
from benchmarks.scratch import run_in_scratch

ROUNDS = 3
MOST_MB = 60
TABLE = """
CREATE TABLE bench_line (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at bigint, call_id text, queue text,
    agent text, event text, given text);
CREATE INDEX ON bench_line (call_id);
"""


def content(lines: int, turn: int, begin: int) -> list[str]:
    """Four lines for an answered call, and every fiftieth caller gives up."""
    made: list[str] = []
    for n in range(lines // 3):
        at, call = begin + n * 3, f"{begin + n * 3}.{turn}{n}"
        ext = 801 + n % 20
        made.append(f"{at}|{call}|hotline|NONE|ENTERQUEUE||138{n % 10**8:08d}|1")
        if n % 50 == 0:
            made.append(f"{at + 40}|{call}|hotline|NONE|ABANDON|1|1|40")
            continue
        made += [
            f"{at + 4}|{call}|hotline|SIP/{ext}|RINGNOANSWER|4000",
            f"{at + 9}|{call}|hotline|SIP/{ext + 20}|CONNECT|9|{call}.1|4",
            f"{at + 99}|{call}|hotline|SIP/{ext + 20}|COMPLETECALLER|9|90|1",
        ]
    return made[:lines]


def _measure(lines: int) -> int:
    from django.db import connection
    from django.utils import timezone

    from apps.accounts.enums import UnitKind
    from apps.accounts.models import Unit, User
    from apps.accounts.queries import system_user
    from apps.backoffice.services import run_jobs
    from apps.core.files import NewFile
    from apps.hotline import services

    by = User(username="bench", display_name="bench", staff_number="BENCH", is_superuser=True)
    by.set_password(None)
    by.save()
    process = psutil.Process()
    unit = Unit.objects.create(code="B", name="B", path="B/", kind=UnitKind.BRANCH)
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    taken, copied, again, grown = [], [], [], []
    for turn in range(ROUNDS):
        begin = int(timezone.now().timestamp()) - (10 + 10 * turn) * 86_400
        made = content(lines, turn, begin)
        values = {
            "name": f"bench {turn}",
            "profile": "asterisk_queue_log",
            "zone": "Asia/Shanghai",
            "unit": unit,
        }
        at = timezone.now()
        system = services.save_phone_system(
            system=None, values=values, by=system_user("importer"), at=at
        )
        file = NewFile("".join(f"{line}\n" for line in made).encode(), "queue_log")
        before, began = process.memory_info().rss, time.perf_counter()
        row, _new = services.upload_call_file(system=system, file=file, by=by, at=at)
        services.take_call_file(file_id=row.pk, by=by, at=at)
        while run_jobs():
            pass
        taken.append(time.perf_counter() - began)
        grown.append((process.memory_info().rss - before) / 1024 / 1024)
        row.refresh_from_db()
        assert (row.state, row.lines_done, row.lines_refused) == ("taken", lines, 0), row.refusals
        began = time.perf_counter()
        _row, is_new = services.upload_call_file(system=system, file=file, by=by, at=at)
        again.append(time.perf_counter() - began)
        assert not is_new
        rows = "".join("\t".join(line.split("|", 5)) + "\n" for line in made)
        with connection.cursor() as cursor:
            began = time.perf_counter()
            cursor.copy_expert(
                "COPY bench_line (at, call_id, queue, agent, event, given) FROM STDIN",
                io.StringIO(rows),
            )
            copied.append(time.perf_counter() - began)
    bare, whole = statistics.median(copied), statistics.median(taken)
    return report(
        f"A queue_log of {lines:,} lines",
        [
            Result("COPY of the same lines", lines / bare, "lines/s"),
            Result("taken in as calls and phones", lines / whole, "lines/s", bare / whole, 1 / 6),
            Result("memory it grows by", max(grown), "MB", most=MOST_MB),
            Result(
                "the same file again, of the first time",
                statistics.median(again) / whole * 100,
                "%",
                most=5,
            ),
        ],
    )


if __name__ == "__main__":
    raise SystemExit(run_in_scratch("bench_call_files", _measure, lines=100_000))
