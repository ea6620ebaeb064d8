"""My desk, the case list and the page of a case with a million cases, over HTTP, as people open them.

    python -m benchmarks.case_pages [--cases 1000000] [--queries]

The production server with two workers and a signed-in session each of an agent and of a director;
200 requests of each page, the bare view behind the same middleware asked in turn with them; then what
each costs the server's processors, and how many bytes it is. Needs DATABASE_OWNER_URL (a role that may
create databases); makes and drops its own database. Exit 1 when the 95th percentile of a page is over
300 ms, when a list costs over 60 ms of processor or a case's page over 80, when a page is over 120 kB,
or when a list takes 12 queries. ``--queries`` prints them.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.harness import Result, Server, exchange, gunicorn, report
from benchmarks.scratch import scratch_database

if TYPE_CHECKING:
    from benchmarks.case_queries import World

ROUNDS, LIMIT_MS, MOST_QUERIES = 200, 300.0, 11
CPU_ROUNDS, LIST_CPU_MS, PAGE_CPU_MS, MOST_BYTES = 60, 60.0, 80.0, 120_000
DESK, LIST = "/admin/", "/admin/complaints/case/"
# Two clocks for each live case: the plan within 12 hours and the answer within 24, a few of them late.
_MATTERS = """
INSERT INTO sla_matter (kind, subject_type, subject_id, key, title, klass, severity, channel, owner_id,
    unit_id, version_id, policy_as_of, policy_epoch, state, cycle, opened_at, opened_by_id, stop_reason)
SELECT 'case', 'complaints.case', c.id::text, '', c.number, c.case_class, c.severity, c.channel,
    c.owner_id, c.unit_id, NULL, now(), 1, 'open', 1, now() - interval '1 day', c.created_by_id, ''
FROM complaints_case c WHERE c.state <> 'closed'
"""
_CLOCKS = """
INSERT INTO sla_clock (matter_id, metric, cycle, key, kind, label, target_id, calendar_id,
    calendar_version, seconds, is_fixed, owner_id, unit_id, state, started_at, due_at, is_dropped,
    schedule, schedule_steps, held_policies, held_starts, position, next_at)
SELECT m.id, metric, 1, 0, 'case', '', NULL, w.id, w.version, 43200, false, m.owner_id, m.unit_id,
    'running', m.opened_at, due, false, ARRAY[due], ARRAY[0], '{}', '{}', 0, due
FROM sla_matter m CROSS JOIN unnest(ARRAY['plan_reply', 'feedback']) AS metric
CROSS JOIN LATERAL (SELECT now() + make_interval(secs => (m.id * 7919) % 86400 - 3600) AS due) AS d
JOIN sla_workingcalendar w ON w.code = 'always'
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--queries", action="store_true")
    options = parser.parse_args()
    with scratch_database("bench_case_pages"):
        from benchmarks import case_queries
        from benchmarks.case_queries import World

        case_queries._prepare()
        began = time.perf_counter()
        world = World(options.cases)
        world.fill()
        _set_clocks()
        print(f"{options.cases:,} cases made in {time.perf_counter() - began:.0f} s", flush=True)
        with _served() as server:
            return _measure(world, server, show=options.queries)


def _set_clocks() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_MATTERS)
        cursor.execute(_CLOCKS)
        cursor.execute("VACUUM (ANALYZE) sla_matter, sla_clock")


@contextmanager
def _served() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as static:
        from django.conf import settings
        from django.core.management import call_command

        settings.STATIC_ROOT = static
        call_command("collectstatic", verbosity=0, interactive=False)
        env = {"DJANGO_SETTINGS_MODULE": "benchmarks.bare_settings", "DEBUG": "0"}
        with gunicorn(workers=2, env={**env, "STATIC_ROOT": static}) as server:
            yield server


def _measure(world: "World", server: Server, *, show: bool) -> int:
    from apps.complaints.models import Case

    results, missed, weights = [], [], []
    number = Case.objects.filter(state="open").order_by("-pk").values_list("number", flat=True)[0]
    one = f"{LIST}number/{number}/"
    pages = {
        "my desk, an agent": (world.agents[0], DESK),
        "my desk, the director": (world.boss, DESK),
        "case list, an agent": (world.agents[0], LIST),
        "case list, the director": (world.boss, LIST),
        "all cases, the director": (world.boss, f"{LIST}?view=all"),
        "overdue, the director": (world.boss, f"{LIST}?view=overdue"),
        "a case, the director": (world.boss, one),
    }
    bare: list[float] = []
    for name, (user, path) in pages.items():
        client = _signed_in(user)
        statements = _queries(client, path)
        if show:
            print(f"{name}:", *(f"    {sql[:230]}" for sql in statements), sep="\n")
        cookie = "; ".join(f"{key}={value.value}" for key, value in client.cookies.items())
        taken = []
        for turn in range(ROUNDS + 5):
            seconds = _ms(server.port, path, cookie)
            bare_seconds = _ms(server.port, "/bare", cookie)
            if turn >= 5:  # the first ones load what a worker loads once
                taken.append(seconds)
                bare.append(bare_seconds)
        slow = sorted(taken)[int(ROUNDS * 0.95) - 1]
        what = f"{name} ({len(statements)} queries)"
        unit = f"ms (median {statistics.median(taken):.0f})"
        results.append(Result(what, slow, unit, most=LIMIT_MS))
        if path.startswith(LIST):
            limit = PAGE_CPU_MS if path == one else LIST_CPU_MS
            cost = _cpu_ms(server, path, cookie)
            results.append(Result(f"{name}, processor", cost, "ms", most=limit))
        size = len(client.get(path).content)
        weights.append(f"{name}: {size:,} bytes")
        if size > MOST_BYTES or (len(statements) > MOST_QUERIES and path != one):
            missed.append(name)
    slow = sorted(bare)[int(len(bare) * 0.95) - 1]
    results.append(Result("the bare view", slow, f"ms (median {statistics.median(bare):.1f})"))
    results.append(Result("the bare view, processor", _cpu_ms(server, "/bare", cookie), "ms"))
    note = (
        f"MISSED: 12 queries or more, or over {MOST_BYTES:,} bytes: {', '.join(missed)}"
        if missed
        else "kept: lists under 12 queries, pages within their bytes"
    )
    title = f"Pages with {world.cases:,} cases, 95th percentile of {ROUNDS} requests"
    return report(title, results, notes=[*weights, note]) | int(bool(missed))


def _cpu_ms(server: Server, path: str, cookie: str) -> float:
    """Processor time of the server and its workers for each of some requests."""
    began = server.cpu_seconds()
    for _turn in range(CPU_ROUNDS):
        _ms(server.port, path, cookie)
    return (server.cpu_seconds() - began) / CPU_ROUNDS * 1000


def _signed_in(user: Any) -> Any:
    from django.test import Client

    from tests.factories.accounts import sign_in

    client = Client()
    sign_in(client, user)
    return client


def _queries(client: Any, path: str) -> list[str]:
    """What the page asks the database in a process that has shown it before."""
    from django.conf import settings
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    settings.ALLOWED_HOSTS = ["*"]
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return [query["sql"] for query in seen.captured_queries]


def _ms(port: int, path: str, cookie: str) -> float:
    asked = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
        "X-Forwarded-Proto: https\r\nConnection: close\r\n\r\n"
    )
    began = time.perf_counter()
    answer = exchange(port, asked.encode())
    took = (time.perf_counter() - began) * 1000
    if not answer.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"{path}: {answer[:300]!r}")
    return took


def _beside_bare(
    port: int, paths: Sequence[str], cookie: str, *, warm: int
) -> tuple[list[float], list[float]]:
    """Milliseconds of each of ``paths`` and of the bare view asked after it, without the first ``warm`` ones,
    which load what a worker loads once."""
    times = [(_ms(port, path, cookie), _ms(port, "/bare", cookie)) for path in paths]
    return [taken for taken, _bare in times[warm:]], [bare for _taken, bare in times[warm:]]


if __name__ == "__main__":
    raise SystemExit(main())
