"""Ten thousand messages and a night: `python -m benchmarks.quiet [--small]`.

The quiet hours of the policy end two minutes after the start; two real workers wait at
the door. Needs DATABASE_URL of an owner, makes and drops a database. Exit 1 when one is sent before
the morning, lost or doubled, when an urgent one waits, or when the provider sees more than a tenth
over its limit within any second.
"""

import sys

from benchmarks.scratch import tests_database

TOLERANCE = 1.1
PER_SECOND = 50


def main() -> int:
    count = 1_000 if "--small" in sys.argv else 10_000
    with tests_database():
        from tests.faults.quiet import run

        report = run(count, night=120, per_second=PER_SECOND, deadline=20 * count / PER_SECOND)
    print("\n".join(report.lines()))
    is_met = (
        report.is_whole
        and report.urgent_at_night == report.urgent
        and report.peak <= TOLERANCE * report.limit
    )
    print(f"limits: none at night, none lost, none doubled, peak {TOLERANCE:.0%} of the provider's")
    print("kept" if is_met else "MISSED")
    return int(not is_met)


if __name__ == "__main__":
    raise SystemExit(main())
