"""Two real watch processes make up for an hour's stop; used by benchmarks/clocks.py."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from django.db import connection

from apps.events.models import Event
from apps.notifications.models import Delivery
from apps.sla.models import FiredStep
from benchmarks.clock_world import ClockWorld
from benchmarks.harness import ROOT, Result

TOLD = ("clock.warned", "clock.overdue", "clock.escalated")
PATIENCE = 300.0
_PENDING = """
SELECT EXISTS (SELECT FROM sla_clock WHERE next_at <= statement_timestamp() - interval '2 seconds')
    OR EXISTS (SELECT FROM events_dispatch)
"""


@contextmanager
def watching(
    count: int = 2, env: dict[str, str] | None = None
) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """So many ``manage.py watch``, as in production; asked to end afterwards."""
    words = [sys.executable, "manage.py", "watch"]
    whole = {**os.environ, "LOG_LEVEL": "WARNING", **(env or {})}
    processes = [
        subprocess.Popen(words, cwd=ROOT, env=whole, stdout=subprocess.DEVNULL)
        for _ in range(count)
    ]
    try:
        yield processes
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def pss_mb(process: "subprocess.Popen[bytes]") -> float:
    return float(psutil.Process(process.pid).memory_full_info().pss) / 1024 / 1024


def catch_up(world: ClockWorld, count: int, *, within: float, flat: float) -> list[Result]:
    """From an hour's stop until the last message is queued. Memory is first read once the processes
    have told a little and wait, since what they load they load once."""
    world.tidy()
    with watching() as processes:
        # They load everything and tell a little.
        world.make_overdue(count // 100)
        _until_quiet()
        time.sleep(1)
        before = _figures()
        start = [pss_mb(process) for process in processes]
        began = time.perf_counter()
        steps = world.make_overdue(count)
        made = time.perf_counter() - began
        began = time.perf_counter()
        peak = _until_quiet(processes)
        took = time.perf_counter() - began
        end = [pss_mb(process) for process in processes]
        peak = [max(pair) for pair in zip(peak, end, strict=True)]
        after = _figures()
    fired, told, queued = (now - then for now, then in zip(after, before, strict=True))
    assert (fired, told) == (steps, steps), f"{fired} steps and {told} events of {steps}"
    assert queued == steps, f"{queued} deliveries of {steps}"
    print(
        f"{count:,} overdue after an hour (made so in {made:.0f} s): {fired:,} steps, {told:,} events, "
        f"{queued:,} deliveries in {took:.1f} s, {fired / took:,.0f} steps/s\n"
        f"PSS of the two, MB: start {_spoken(start)}, end {_spoken(end)}, highest {_spoken(peak)}"
    )
    return [
        Result(f"{count:,} overdue, all told", took, "s", most=within),
        Result("PSS at the start", sum(start), "MB"),
        Result("PSS at the end", sum(end), "MB", sum(start) / sum(end)),
        Result("PSS at its highest", sum(peak), "MB", sum(start) / sum(peak), 1 / flat),
    ]


def _until_quiet(processes: "list[subprocess.Popen[bytes]] | None" = None) -> list[float]:
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
