"""What was answered beside what is there: `python -m benchmarks.reconcile [--small]`.

Reports, orders, scans, messages and chats over HTTP against a company of its own, run as bin/up runs
it, while every process is killed with -9 in turn, several times over, and the broker is flushed and
hangs. Needs no database: it makes its own servers below .yipiao and takes them away. Exit 1 when
anything answered is lost or there twice, when anything is half there, when a message is lost, or
sent twice with nothing on record, or when a process needs longer than a minute to be back.
"""

import sys

import django

COUNTS = {"reports": 200, "orders": 1_000, "scans": 2_000, "messages": 600, "chats": 200}
ROUNDS = 5


def main() -> int:
    django.setup()
    from tests.faults.reconcile import BACK_WITHIN, BLOWS, run

    small = "--small" in sys.argv
    counts = {kind: count // 20 for kind, count in COUNTS.items()} if small else COUNTS
    # Far enough apart that the supervisor does not take them for a process that cannot start.
    report = run(counts, blows=BLOWS if small else BLOWS * ROUNDS, every=2.0 if small else 8.0)
    print("\n".join(report.lines()))
    print(
        f"limits: nothing lost, doubled, half there or unanswered; back within {BACK_WITHIN:.0f} s"
    )
    return int(not report.is_whole)


if __name__ == "__main__":
    raise SystemExit(main())
