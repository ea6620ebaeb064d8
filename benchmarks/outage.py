"""The broker fails in the middle of a run: `python -m benchmarks.outage [--small]`.

FLUSHALL, kill -9 with and without its append-only file, hanging, ten kills in a row, a minute away.
Real worker, beat and standby processes on a broker of their own; needs DATABASE_URL of an owner,
makes and drops a database. Exit 1 when a message is lost, sent twice or left unfinished, or when
the company needs longer than a minute to go on after the broker is back.
"""

import sys

from benchmarks.scratch import tests_database

BACK_WITHIN = 60.0
COUNT = 2_000


def main() -> int:
    small = "--small" in sys.argv
    failed = 0
    with tests_database():
        from tests.faults.outage import FAULTS, HEADER, LONG_FAULTS, run

        names = [*FAULTS] if small else [*FAULTS, *LONG_FAULTS]

        print(HEADER)
        for name in names:
            report = run(name, COUNT // 10 if small else COUNT, parts=40, deadline=600)
            is_met = report.is_whole and report.back_after <= BACK_WITHIN
            print(report.line(), "" if is_met else "  MISSED", flush=True)
            failed |= not is_met
    print(f"limits: nothing lost, doubled or unfinished; back within {BACK_WITHIN:.0f} s")
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
