"""How soon do a thousand listeners on live updates hear of a change?

    python -m benchmarks.streams [listeners]

The real process (`manage.py serve_streams`), one connection per listener, each on a shipment of
its own; every shipment changes once, a hundred at a time. Needs DATABASE_OWNER_URL; makes and
drops a database of its own. Exit 1 when the slowest listener waits longer than a second, or when
a listener misses its change.
"""

import asyncio
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

from benchmarks.lookups import declare_settings
from benchmarks.scratch import scratch_database

LIMIT = 1.0
PORT = 8917
ROUND = 100


class Listener:
    """One open stream; ``heard`` maps the state it was told to when."""

    def __init__(self) -> None:
        self.heard: dict[str, float] = {}

    async def run(self, number: str, key: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        path = f"/api/v1/waybills/{number}/stream"
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
        )
        try:
            while line := await reader.readline():
                if line.startswith(b"data: "):
                    state = line.split(b'"status": "', 1)[1].split(b'"', 1)[0].decode()
                    self.heard.setdefault(state, time.monotonic())
        finally:
            writer.close()


def change(waybills: list[Any]) -> float:
    """Report the next scan of these shipments; when it was committed."""
    from django.utils import timezone

    from apps.accounts.queries import system_user
    from apps.tracking.services import ingest
    from tests.factories.tracking import event

    ingest(
        [event(w, "out_for_delivery", hours_ago=0.1) for w in waybills],
        source="benchmark",
        by=system_user("benchmark"),
        at=timezone.now(),
    )
    return time.monotonic()


async def measure(waybills: list[Any], key: str) -> list[float]:
    listeners = [Listener() for _w in waybills]
    tasks = []
    for listener, waybill in zip(listeners, waybills, strict=True):
        tasks.append(asyncio.create_task(listener.run(waybill.number, key)))
        if len(tasks) % 50 == 0:
            await asyncio.sleep(0.05)
    begun = time.monotonic()
    while not all(listener.heard for listener in listeners):
        if time.monotonic() - begun > 60:
            raise SystemExit("not every listener was let in")
        await asyncio.sleep(0.1)
    print(f"{len(listeners)} listeners in after {time.monotonic() - begun:.1f} s")
    waits = []
    for first in range(0, len(waybills), ROUND):
        committed = await asyncio.to_thread(change, waybills[first : first + ROUND])
        await asyncio.sleep(LIMIT * 1.5)
        # Who heard nothing counts as having waited for ever.
        waits += [
            listener.heard.get("out_for_delivery", committed + 99) - committed
            for listener in listeners[first : first + ROUND]
        ]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return sorted(waits)


def wait_for_the_door(seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", PORT), 1):
            return
        time.sleep(0.1)
    raise SystemExit("the process did not open its door")


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    declare_settings()
    with scratch_database("bench_streams") as url:
        from django.utils import timezone

        from tests.factories.accounts import api_key
        from tests.factories.tracking import report, waybills

        made = waybills(count, at=timezone.now() - timedelta(days=1))
        for waybill in made[:3]:
            report(waybill, "picked_up")
        _key, text = api_key("waybills:read")
        environment = {
            **os.environ,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        server = subprocess.Popen(
            [sys.executable, "manage.py", "serve_streams", "--port", str(PORT)], env=environment
        )
        try:
            wait_for_the_door()
            waits = asyncio.run(measure(made, text))
        finally:
            server.terminate()
            server.wait(15)
    slowest, middle = waits[-1], waits[len(waits) // 2]
    p99 = waits[int(len(waits) * 0.99) - 1]
    print(f"change heard after: median {middle:.2f} s, p99 {p99:.2f} s, slowest {slowest:.2f} s")
    print(f"limit {LIMIT:.1f} s: {'met' if slowest <= LIMIT else 'MISSED'}")
    return int(slowest > LIMIT)


if __name__ == "__main__":
    raise SystemExit(main())
