"""A house with one waybill of 15 events, served as in production: for the look-up benchmarks."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import psutil

from benchmarks.harness import (
    Request,
    Result,
    Server,
    exchange,
    gunicorn,
    in_turn,
    requests_per_second,
)
from benchmarks.scratch import scratch_database

BARE = Request("bare view", "/bare", expect=b"ok")
WORKERS = 2
EVENTS = [
    "created",
    "awaiting_pickup",
    "picked_up",
    "arrived",
    "sorted",
    "departed",
    "arrived",
    "sorted",
    "departed",
    "arrived",
    "sorted",
    "departed",
    "arrived_dest_city",
    "arrived",
    "out_for_delivery",
]


@contextmanager
def served_installation(name: str) -> Iterator[tuple[Server, str]]:
    """(server, waybill number), with a database and static files of its own."""
    with tempfile.TemporaryDirectory() as static, scratch_database(name):
        from django.conf import settings
        from django.core.management import call_command

        settings.STATIC_ROOT = static
        call_command("collectstatic", verbosity=0, interactive=False)
        number = one_waybill()
        env = {
            # Counted as ever, and never stopped.
            "API_REQUESTS_PER_MINUTE": "100000000",
            "DJANGO_SETTINGS_MODULE": "benchmarks.bare_settings",
            "DEBUG": "0",
            "STATIC_ROOT": static,
        }
        with gunicorn(workers=WORKERS, env=env) as server:
            yield server, number


def one_waybill() -> str:
    from django.utils import timezone

    from apps.accounts.queries import system_user
    from apps.tracking.services import ingest
    from tests.factories.tracking import event, waybill

    now = timezone.now()
    made = waybill(promised_at=now + timedelta(hours=20), expected_at=now + timedelta(hours=18))
    reports = [
        event(
            made,
            code,
            hours_ago=30 - 2 * n,
            place=f"{city}转运中心",
            city=city,
            text=f"快件已到达{city}转运中心，联系人 王小明 13800138001",
        )
        for n, (code, city) in enumerate(zip(EVENTS, _cities(), strict=True))
    ]
    result = ingest(reports, source="bench", by=system_user("benchmark"), at=now)
    if result.refused:
        raise SystemExit(f"the benchmark's own events were refused: {result.refused[0]}")
    return made.number


def _cities() -> list[str]:
    return ["上海"] * 6 + ["苏州"] * 3 + ["济南"] * 3 + ["北京"] * 3


def against_bare(server: Server, request: Request, *, limit: float) -> Sequence[Result]:
    bare, asked = in_turn(
        [
            lambda: requests_per_second(server.port, BARE),
            lambda: requests_per_second(server.port, request),
        ]
    )
    bare_ms, asked_ms = in_turn(
        [lambda: processor_ms(server, BARE), lambda: processor_ms(server, request)]
    )
    return [
        Result(BARE.name, bare, "req/s"),
        Result(request.name, asked, "req/s", ratio=asked / bare, limit=limit),
        Result("bare view, processor", bare_ms * 1000, "µs"),
        Result(f"{request.name}, processor", asked_ms * 1000, "µs", ratio=bare_ms / asked_ms),
        Result(f"memory, master and {WORKERS} workers", server.memory_mb(), "MB"),
    ]


def processor_ms(server: Server, request: Request, times: int = 400) -> float:
    """What one request costs the processors, server and PostgreSQL together: a busy machine, which
    makes whoever asks a database wait for its turn, changes it least."""
    began = server.cpu_seconds() + _postgres_seconds()
    for _turn in range(times):
        exchange(server.port, request.message(server.port))
    return (server.cpu_seconds() + _postgres_seconds() - began) / times * 1000


def _postgres_seconds() -> float:
    """Processor time of the sessions in this database."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        taken = [psutil.Process(pid).cpu_times() for (pid,) in cursor.fetchall()]
    return sum(one.user + one.system for one in taken)


def declare_settings() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
