"""Batch ingest beside raw COPY into the same partitioned table.

    python -m benchmarks.ingest [--waybills 1000] [--rounds 5]

Needs DATABASE_OWNER_URL (a role that may create databases); makes and drops its own database.
Limits: the service at least 25 % of COPY, HTTP with JSON at least 15 %, and a batch sent again
not slower than the first time. Every status change is written to the outbox, as in the company, so
the more waybills a batch moves the dearer it is: 1,000 of them with five scans each by default.
"""

import argparse
import gc
import io
import json
import resource
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from benchmarks.harness import Result, in_turn, report
from benchmarks.scratch import scratch_database

if TYPE_CHECKING:
    from apps.tracking.inputs import IncomingEvent
    from apps.tracking.models import Waybill

BATCH = 5_000
# None of them is final, so that batch after batch moves every waybill.
CODES = ["picked_up", "departed", "out_for_delivery", "attempt_failed", "arrived"]
TEXTS = [
    "【上海转运中心】已发出，下一站【北京转运中心】",
    "快件已到达【北京朝阳营业部】",
    "正在派件",
]
COLUMNS = (
    "issued_month, waybill_id, source, source_id, dedupe_key, content_hash, occurred_at, code,"
    " status, strength, rank, place, city, text, by_id"
)


class Load:
    """Fresh batches, one after the other, each over the same waybills."""

    def __init__(self, waybills: "Sequence[Waybill]") -> None:
        self.waybills = waybills
        self.turn = 0
        self.last: list[IncomingEvent] = []

    def events(self) -> "list[IncomingEvent]":
        from apps.tracking.inputs import IncomingEvent

        self.turn += 1
        count = len(self.waybills)
        began = datetime.now(tz=UTC) - timedelta(days=2) + timedelta(seconds=self.turn * BATCH)
        self.last = [
            IncomingEvent(
                waybill_number=self.waybills[n % count].number,
                code=CODES[(n // count + 2 * self.turn) % len(CODES)],
                occurred_at=began + timedelta(seconds=n),
                place="北京转运中心",
                city="北京市",
                text=TEXTS[n % 3],
                source_id=f"{self.turn}-{n}",
            )
            for n in range(BATCH)
        ]
        return self.last

    def body(self) -> str:
        names = ("waybill_number", "code", "place", "city", "text", "source_id")
        return json.dumps(
            {
                "events": [
                    {name: getattr(event, name) for name in names}
                    | {"occurred_at": event.occurred_at.isoformat()}
                    for event in self.events()
                ]
            }
        )

    def lines(self, by: int) -> str:
        months = {w.number: (w.issued_month, w.pk) for w in self.waybills}
        lines = []
        for event in self.events():
            month, pk = months[event.waybill_number]
            lines.append(
                f"{month}\t{pk}\tcopy\t{event.source_id}\t{uuid4().hex}\t{uuid4().hex}"
                f"\t{event.occurred_at.isoformat()}\tarrived\tin_transit\t0\t20\t{event.place}"
                f"\t{event.city}\t{event.text}\t{by}\n"
            )
        return "".join(lines)


def rate(given: Any, act: Callable[[Any], object]) -> float:
    """Events per second; what was made for the batch is no part of it."""
    gc.collect()
    began = time.perf_counter()
    act(given)
    return BATCH / (time.perf_counter() - began)


def run(waybill_count: int, rounds: int) -> int:
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from apps.accounts.queries import system_user
    from apps.core.loading import freeze_loaded
    from apps.tracking.services import ingest
    from tests.factories.accounts import bearer
    from tests.factories.tracking import waybills

    settings.ALLOWED_HOSTS = ["*"]
    load, by = Load(waybills(waybill_count)), system_user("benchmark")
    headers, client = bearer("events:write"), Client()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE tracking_waybill")

    client.get("/healthz")  # loads the addresses of the pages
    freeze_loaded()  # as a web server's process does

    def copy(lines: str) -> None:
        with connection.cursor() as cursor:
            cursor.copy_expert(
                f"COPY tracking_trackingevent ({COLUMNS}) FROM STDIN", io.StringIO(lines)
            )

    def service(events: Any) -> None:
        ingest(events, source="bench", by=by, at=datetime.now(tz=UTC))

    def over_http(body: str) -> None:
        where, kind = "/api/v1/tracking/events", "application/json"
        answer = client.post(where, data=body, content_type=kind, headers=headers)
        if answer.status_code != 200:
            raise SystemExit(f"refused: {answer.content[:400]!r}")

    raw, first, again, http = in_turn(
        [
            lambda: rate(load.lines(by.pk), copy),
            lambda: rate(load.events(), service),
            lambda: rate(load.last, service),
            lambda: rate(load.body(), over_http),
        ],
        rounds=rounds,
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return report(
        f"Ingest: {BATCH} events over {waybill_count} waybills",
        [
            Result("raw COPY", raw, "events/s", 1.0),
            Result("service", first, "events/s", first / raw, 0.30),
            Result("HTTP with JSON", http, "events/s", http / raw, 0.15),
            Result("sent again, against the first time", again, "events/s", again / first, 1.0),
        ],
        notes=[f"Peak memory of the process: {peak:.0f} MB."],
    )


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--waybills", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with scratch_database("yipiao_bench_ingest"):
        return run(options.waybills, options.rounds)


if __name__ == "__main__":
    raise SystemExit(main())
