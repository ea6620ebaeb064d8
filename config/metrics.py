"""The page that Prometheus reads: ``/metrics``, behind a key of its own.

Everything on it is read from the database and the broker, so any web process gives the same answer. One
statement asks for all that the apps show (their modules ``metrics``); what was read is given again for some
seconds, however many ask.
"""

import logging
import threading
import time
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.core.discovery import modules_named
from apps.core.metric_types import Metric
from apps.core.request_counts import KEY

log = logging.getLogger(__name__)
PREFIX = "yipiao_"
CACHED_SECONDS = 5.0
# A page that holds a web process for longer is worth less than what it shows.
STATEMENT_TIMEOUT_MS = 4000
BROKER_PATIENCE = 0.5
_lock = threading.Lock()
_cached: tuple[float, bytes] = (0.0, b"")
_CONNECTIONS = (
    Metric("database_connections", "Connections to the database server",
           "SELECT count(*) FROM pg_stat_activity"),
    Metric("database_connections_most", "As many as it takes",
           "SELECT setting::int FROM pg_settings WHERE name = 'max_connections'"),
)  # fmt: skip


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """404 without a key in the settings, 401 without that key in the request."""
    if not settings.METRICS_KEY:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not constant_time_compare(given, f"Bearer {settings.METRICS_KEY}"):
        answer = HttpResponse("401\n", status=401, content_type="text/plain")
        answer["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return answer
    return HttpResponse(_page(), content_type="text/plain; version=0.0.4; charset=utf-8")


def clear() -> None:
    """Read everything anew with the next question."""
    global _cached  # noqa: PLW0603
    _cached = (0.0, b"")


def _page() -> bytes:
    global _cached  # noqa: PLW0603
    with _lock:
        read_at, page = _cached
        if not page or time.monotonic() - read_at > CACHED_SECONDS:
            page = _written()
            _cached = (time.monotonic(), page)
        return page


def _written() -> bytes:
    from prometheus_client.core import CollectorRegistry
    from prometheus_client.exposition import generate_latest

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Found(list(_families())))
    return generate_latest(registry)


class _Found:
    """As the library wants it: something that is asked for what there is."""

    def __init__(self, families: list[Any]) -> None:
        self.families = families

    def collect(self) -> Iterable[Any]:
        return self.families


def _families() -> Iterable[Any]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    began = time.monotonic()
    found = _from_database()
    yield GaugeMetricFamily(
        f"{PREFIX}database_up", "1 if the database answered", int(found is not None)
    )
    for metric in all_metrics() if found is not None else ():
        family = GaugeMetricFamily(f"{PREFIX}{metric.name}", metric.about, labels=metric.labels)
        for labels, value in (found or {}).get(metric.name, ()):
            family.add_metric(labels, value)
        yield family
    queue, counted = _from_broker()
    yield GaugeMetricFamily(
        f"{PREFIX}broker_up", "1 if the broker answered", int(queue is not None)
    )
    if queue is not None:
        yield GaugeMetricFamily(
            f"{PREFIX}broker_queue", "Calls that no worker has taken yet", queue
        )
    for kind, about in (
        ("slow", "Requests that took longer than a second, by page"),
        ("failed", "Requests that failed (5xx), by page"),
    ):
        counter = CounterMetricFamily(f"{PREFIX}requests_{kind}", about, labels=("page",))
        for page, value in counted.get(kind, {}).items():
            counter.add_metric((page,), value)
        yield counter
    yield GaugeMetricFamily(
        f"{PREFIX}metrics_seconds", "How long it took to read all this", time.monotonic() - began
    )


@lru_cache(maxsize=1)
def all_metrics() -> tuple[Metric, ...]:
    """Those of every app, from the lowest floor up, and of the database server itself."""
    of_apps = (metric for _app, module in modules_named("metrics") for metric in module.METRICS)
    return (*of_apps, *_CONNECTIONS)


@lru_cache(maxsize=1)
def _question() -> str:
    parts = []
    for metric in all_metrics():
        names = [f"l{n}" for n in range(len(metric.labels))]
        labels = ", ".join(f"{name}::text" for name in names)
        parts.append(
            f"SELECT '{metric.name}', ARRAY[{labels}]::text[], value::float8"  # noqa: S608  # ours
            f" FROM ({metric.statement()}) AS q ({', '.join([*names, 'value'])})"
        )
    return " UNION ALL ".join(parts)


def _from_database() -> dict[str, list[tuple[list[str], float]]] | None:
    """None where the database does not answer, or not soon enough."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS}")
            cursor.execute(_question())
            found: dict[str, list[tuple[list[str], float]]] = {}
            for name, labels, value in cursor.fetchall():
                found.setdefault(name, []).append((labels, float(value or 0)))
            return found
    except Exception:  # whatever it is: the page says that the database did not answer
        log.exception("the database could not be asked for metrics")
        return None


def _from_broker() -> tuple[int | None, dict[str, dict[str, int]]]:
    """How many calls wait (None where it does not answer), and the requests counted there."""
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=BROKER_PATIENCE,
            socket_connect_timeout=BROKER_PATIENCE,
        ) as client:
            pipe = client.pipeline(transaction=False)
            pipe.llen("celery")
            pipe.hgetall(KEY)
            queue, fields = pipe.execute()
    except redis.RedisError:
        log.warning("the broker could not be asked for metrics")
        return None, {}
    counted: dict[str, dict[str, int]] = {}
    for field, value in fields.items():
        kind, _colon, page = field.decode().partition(":")
        counted.setdefault(kind, {})[page] = int(value)
    return int(queue), counted
