"""A real house behind the pages makes up for an hour's stop; used by benchmarks/clocks.py."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
from celery import current_app
from django.db import connection

from apps.events.models import Event
from apps.notifications.models import Delivery
from apps.sla.models import FiredStep
from benchmarks.clock_world import ClockWorld
from benchmarks.harness import Result
from tests.faults.brokers import OwnBroker
from tests.faults.processes import running

TOLD = ("clock.warned", "clock.overdue", "clock.escalated")
PATIENCE = 300.0
_PENDING = """
SELECT EXISTS (SELECT FROM sla_clock WHERE next_at <= statement_timestamp() - interval '2 seconds')
    OR EXISTS (SELECT FROM events_dispatch)
"""


@contextmanager
def installation(workers: int = 1, *, broker: bool = True) -> Iterator[dict[str, int]]:
    """Workers, beat and standby as bin/up runs them, on a broker of their own, or (``broker`` False) on
    one that is dead; their pids, once they are at work."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clocks-")))
        own = OwnBroker(folder)
        if broker:
            own.start()
            stack.callback(own.kill)
        pids: dict[str, int] = {}
        for number in range(workers):
            part = folder / str(number)
            part.mkdir()
            names = ["worker"] if number else ["worker", "beat", "standby"]
            env = {"REDIS_URL": own.url, "DATABASE_URL": os.environ["DATABASE_URL"]}
            started = stack.enter_context(running(part, names, env))
            pids |= {f"{name} {number}".removesuffix(" 0"): started.pid(name) for name in names}
        _await_them(own.url if broker else "", workers)
        yield pids


def _await_them(url: str, workers: int) -> None:
    for _turn in range(120):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM events_taskrun WHERE name = 'standby'"
                " AND ran_at > now() - interval '30 s'"
            )
            is_there = bool(cursor.fetchone()[0])
        if is_there and (not url or _answering(url) == workers):
            return
        time.sleep(0.5)
    raise SystemExit("the processes do not come up")


def _answering(url: str) -> int:
    with current_app.connection_for_write(url) as broker:
        return len(current_app.control.ping(timeout=1, connection=broker))


def pss_mb(pid: int) -> float:
    return float(psutil.Process(pid).memory_full_info().pss) / 1024 / 1024


def catch_up(world: ClockWorld, count: int, *, within: float, flat: float) -> list[Result]:
    """From an hour's stop until the last message is queued. Memory is first read once the processes
    have told a little and wait, since what they load they load once."""
    world.tidy()
    with installation(2) as pids:
        processes = [pid for name, pid in pids.items() if name != "beat"]
        # They load everything and tell a little.
        world.make_overdue(count // 100)
        _until_quiet()
        time.sleep(1)
        before = _figures()
        start = [pss_mb(pid) for pid in processes]
        began = time.perf_counter()
        steps = world.make_overdue(count)
        made = time.perf_counter() - began
        began = time.perf_counter()
        peak = _until_quiet(processes)
        took = time.perf_counter() - began
        end = [pss_mb(pid) for pid in processes]
        peak = [max(pair) for pair in zip(peak, end, strict=True)]
        after = _figures()
    fired, recorded, queued = (now - then for now, then in zip(after, before, strict=True))
    assert (fired, recorded) == (steps, steps), f"{fired} steps and {recorded} events of {steps}"
    assert queued == steps, f"{queued} deliveries of {steps}"
    print(
        f"{count:,} overdue after an hour (made so in {made:.0f} s): {fired:,} steps, {recorded:,} events, "
        f"{queued:,} deliveries in {took:.1f} s, {fired / took:,.0f} steps/s\n"
        f"PSS of workers and standby, MB: start {_spoken(start)}, end {_spoken(end)}, highest {_spoken(peak)}"
    )
    return [
        Result(f"{count:,} overdue, all told", took, "s", most=within),
        Result("PSS at the start", sum(start), "MB"),
        Result("PSS at the end", sum(end), "MB", sum(start) / sum(end)),
        Result("PSS at its highest", sum(peak), "MB", sum(start) / sum(peak), 1 / flat),
    ]


def _until_quiet(processes: list[int] | None = None) -> list[float]:
    """Until nothing is due and everything is handed on; the highest PSS of each process."""
    peak = [0.0] * len(processes or [])
    end = time.monotonic() + PATIENCE
    while _is_pending():
        if time.monotonic() > end:
            raise SystemExit("MISSED: the clocks are not told in five minutes")
        peak = [max(top, pss_mb(one)) for top, one in zip(peak, processes or [], strict=True)]
        time.sleep(0.5)
    return peak


def _is_pending() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_PENDING)
        return bool(cursor.fetchone()[0])


def _figures() -> tuple[int, int, int]:
    return (
        FiredStep.objects.filter(is_silent=False).count(),
        Event.objects.filter(kind__in=TOLD).count(),
        Delivery.objects.filter(event__kind__in=TOLD).count(),
    )


def _spoken(values: list[float]) -> str:
    return " and ".join(f"{value:.0f}" for value in values)
