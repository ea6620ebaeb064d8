"""Clocks run out while everything around them fails: `python -m benchmarks.clock_faults [--small]`.

Two workers, beat and standby as bin/up runs them (a worker an hour ahead, standby an hour behind) on a
PostgreSQL and a broker of their own, 200 `kill -9` at chosen points of their transactions, ten restarts of PostgreSQL (every other one as
a crash), 20 FLUSHALL; the same for plain Celery ETA tasks, with and without the blows. Needs
DATABASE_OWNER_URL (a role that may create databases). Exit 1 when a step, an event or a message is
lost or doubled, when the control loses nothing under the blows (then this could not see a loss), or
when it loses something without them (then it would be the control that is wrong).
"""

import sys

from benchmarks.scratch import scratch_database


def main() -> int:
    small = "--small" in sys.argv
    with scratch_database("bench_clock_faults"):
        from tests.faults.clocks import run, run_control
        from tests.faults.herd import Plan
        from tests.faults.points import POINTS

        count = 300 if small else 20_000
        plan = (
            Plan(kills=20, restarts=2, flushes=3, span=30, deadline=120, points=POINTS)
            if small
            else Plan(kills=200, restarts=10, flushes=20, span=240, deadline=600, points=POINTS)
        )
        ours = run(count, plan)
        print("\n".join(ours.lines()), flush=True)
        few = min(count, 1_000)
        struck = run_control(few, Plan(kills=10, restarts=2, flushes=3, span=20, deadline=120))
        print("\n".join(struck.lines()), flush=True)
        left_alone = run_control(few, Plan(kills=0, restarts=0, flushes=0, span=5, deadline=120))
        print("\n".join(left_alone.lines()), flush=True)
    is_met = ours.is_whole and not struck.is_whole and left_alone.is_whole
    print(
        "kept: nothing lost, nothing doubled; the control shows that it would be seen"
        if is_met
        else "MISSED"
    )
    return int(not is_met)


if __name__ == "__main__":
    raise SystemExit(main())
