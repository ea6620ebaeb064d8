"""A house with one waybill of 15 events, served as in production: for the look-up benchmarks."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from benchmarks.harness import Request, Result, Server, gunicorn, in_turn, requests_per_second
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
def served_house(name: str) -> Iterator[tuple[Server, str]]:
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
    return [
        Result(BARE.name, bare, "req/s"),
        Result(request.name, asked, "req/s", ratio=asked / bare, limit=limit),
        Result(f"memory, master and {WORKERS} workers", server.memory_mb(), "MB"),
    ]


def declare_settings() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
