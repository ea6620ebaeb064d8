"""A million open clocks: what does nothing cost, what an hour's stop, what a changed calendar?

    python -m benchmarks.clocks [--clocks 1000000] [--only share,nothing,recompute,overdue,lag]

Needs DATABASE_OWNER_URL (a role that may create databases), REDIS_URL and the secrets; makes and
drops its own database. The hour's stop is made up for by two real workers, beat and standby,
from starting them to the last delivery queued. Exit 1 when a limit is missed:

- a sweep with nothing due within 2 ms, looking for stale clocks within 2 ms;
- as many due (a thousandth) among all clocks within 1.3 × their time among a hundredth of the clocks;
- a tenth of the clocks overdue told within 60 s, memory at most half as much again;
- a tenth of the clocks read again after a change of calendar within 60 s;
- of fifty steps a second the 99th percentile told, and its message queued, within 1 s; with the broker
  dead within 30 s.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from benchmarks.harness import Result, in_turn, report
from benchmarks.scratch import scratch_database

if TYPE_CHECKING:
    from benchmarks.clock_world import ClockWorld

ROUNDS = 5
WITHIN = 60.0  # seconds
NOTHING_US = 2_000.0
SHARE = 1.3
FLAT = 1.5
LAG_SECONDS = 30


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clocks", type=int, default=1_000_000)
    parser.add_argument("--only", default=",".join(PARTS))
    options = parser.parse_args()
    failed = 0
    with scratch_database("bench_clocks"):
        from benchmarks.clock_world import ClockWorld

        world = ClockWorld()
        wanted = options.only.split(",")
        if "share" not in wanted:
            world.fill(options.clocks)
        for name in wanted:
            failed |= report(
                f"{options.clocks:,} open clocks: {name}", PARTS[name](world, options.clocks)
            )
    return failed


def share(world: "ClockWorld", clocks: int) -> list[Result]:
    """The same number due among few and among many open clocks, and nothing else."""
    from apps.sla.services import sweep

    due, taken = clocks // 1000, {}
    for size in (clocks // 100, clocks):
        world.fill(size)
        times = []
        for _ in range(ROUNDS):
            steps = world.make_overdue(due)
            began = time.perf_counter()
            assert sweep().steps == steps
            times.append(time.perf_counter() - began)
        taken[size] = statistics.median(times[1:])
    few, many = taken.values()
    return [
        Result(f"{due:,} due among {clocks // 100:,}", few * 1000, "ms"),
        Result(f"{due:,} due among {clocks:,}", many * 1000, "ms", few / many, 1 / SHARE),
    ]


def nothing(_world: "ClockWorld", _clocks: int) -> list[Result]:
    from django.db import connection, transaction

    from apps.sla.services import recompute_stale, sweep

    def each(work: Callable[[], object]) -> Callable[[], float]:
        def timed() -> float:
            began = time.perf_counter()
            for _ in range(50):
                work()
            return (time.perf_counter() - began) / 50 * 1e6

        return timed

    def bare() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT statement_timestamp()")

    def swept() -> None:
        assert not sweep().clocks

    def reread() -> None:
        assert not recompute_stale()

    time_only, quiet, stale = in_turn([each(bare), each(swept), each(reread)])
    return [
        Result("a transaction that asks the time", time_only, "µs"),
        Result("sweep, nothing due", quiet, "µs", time_only / quiet, most=NOTHING_US),
        Result("recompute, nothing stale", stale, "µs", time_only / stale, most=NOTHING_US),
    ]


def recompute(world: "ClockWorld", _clocks: int) -> list[Result]:
    """Tomorrow becomes a holiday: every due time of that calendar moves."""
    from apps.events.models import Event
    from apps.sla.services import recompute_stale

    stale = world.add_holiday()
    began = time.perf_counter()
    done = recompute_stale()
    took = time.perf_counter() - began
    assert done == stale, f"{done} of {stale} were read again"
    assert not recompute_stale(), "reading again comes to an end"
    moved = Event.objects.filter(kind="clock.due_moved").count()
    return [
        Result(f"{done:,} read again, {moved:,} moved", took, "s", most=WITHIN),
    ]


def overdue(world: "ClockWorld", clocks: int) -> list[Result]:
    """Two workers, beat and standby after an hour's stop: every step, event and message, once."""
    from benchmarks.clock_processes import catch_up

    return catch_up(world, clocks // 10, within=WITHIN, flat=FLAT)


def lag(_world: "ClockWorld", _clocks: int) -> list[Result]:
    from benchmarks.clock_lag import both

    return both(LAG_SECONDS)


PARTS = {
    "share": share,
    "nothing": nothing,
    "recompute": recompute,
    "overdue": overdue,
    "lag": lag,
}

if __name__ == "__main__":
    raise SystemExit(main())
