"""How soon does WeChat's server get its answer? `python -m benchmarks.callbacks [--small]`

Messages at a steady pace, each brought four times, twice at the same moment; plain and in safe mode,
at the real web server. Needs DATABASE_URL of an owner, makes and drops a database. Exit 1 when the
99th percentile is over 500 ms or a message has more or less than one effect.
"""

import sys

from benchmarks.scratch import tests_database

LIMIT = 0.5
NEW_PER_SECOND = 5.0


def main() -> int:
    count = 100 if "--small" in sys.argv else 600
    failed = 0
    with tests_database():
        from tests.faults.callbacks import HEADER, run

        print(HEADER)
        for seed, mode in enumerate(("plain", "aes"), start=1):
            # Messages of its own: those of the other mode would be repeats, and are answered as such.
            report = run(mode, count, rate=NEW_PER_SECOND, seed=seed)
            is_met = report.has_one_effect_each and report.at(0.99) <= LIMIT
            print(report.line(), "" if is_met else "  MISSED", flush=True)
            failed |= not is_met
    print(f"limits: 99th percentile {1000 * LIMIT:.0f} ms, one effect for each message")
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
