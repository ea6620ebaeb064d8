"""The relay: recorded events to subscribers, `python -m benchmarks.relay [--events 5000]`.

Each shipment changes its status once. Measured is how many of these changes each subscriber is
given per second, beside the same work called directly with all of them; and what a look costs when
nothing is due. Needs DATABASE_OWNER_URL; a database of its own is made and dropped.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.harness import Result, database_seconds, report
from benchmarks.scratch import run_in_scratch

PART = 1_000
CHANGES = 500
MOST_MS = 230


def run(count: int) -> int:
    from django.conf import settings
    from django.db import connection

    from apps.events import subscriptions
    from apps.events.models import Dispatch, Event
    from apps.events.services import relay_batch
    from apps.notifications.models import NotificationPolicy
    from apps.notifications.services import notify_about

    settings.SMS_URL, settings.SMS_ACCESS_KEY = "http://127.0.0.1:1", "k"
    settings.SITE_URL = "https://yp.example"
    NotificationPolicy.objects.all().delete()
    NotificationPolicy.objects.create(
        topic="waybill.picked_up", audience="consignee", channels=["sms"]
    )
    move_shipments(2 * count)
    events = list(Event.objects.filter(kind="waybill.status_changed").order_by("id"))
    names = subscriptions.names_for("waybill.status_changed")
    Dispatch.objects.exclude(subscriber__in=names).delete()
    first = {event.pk for event in events[:count]}
    Dispatch.objects.filter(event__in=first).delete()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE events_dispatch")

    notify_about(events[:1])  # loads the addresses of the pages
    direct = count / _took(lambda: _in_parts(notify_about, events[1:count]))
    results = [Result("telling, called directly", direct, "events/s", 1.0)]
    waiting = Dispatch.objects.exclude(subscriber=names[0])
    copies = {name: list(waiting.filter(subscriber=name)) for name in names}
    for name in names:
        Dispatch.objects.exclude(subscriber=name).delete()
        if not Dispatch.objects.exists():
            Dispatch.objects.bulk_create(copies[name])
        rate = count / _took(lambda: _relay_all(relay_batch))
        is_notice = name.startswith("notifications.")
        results.append(Result(name, rate, "events/s", rate / direct, 0.7 if is_notice else None))
    results.append(_together(names, relay_batch))
    looks = 500
    idle = _took(lambda: [relay_batch() for _ in range(looks)]) / looks
    note = f"A look when nothing is due: {1e6 * idle:.0f} µs."
    return report(f"{count:,} events handed on by the relay", results, notes=[note])


def _together(names: Sequence[str], relay: Callable[[], int]) -> Result:
    """The processor time in which new changes have been handed to all subscribers, that of the database
    included."""
    from apps.core.loading import freeze_loaded

    freeze_loaded()  # as a worker does
    taken = []
    for _round in range(5):
        move_shipments(PART)
        before = time.process_time() + database_seconds()
        _relay_all(relay)
        taken.append((time.process_time() + database_seconds() - before) * CHANGES / PART)
    name = f"{CHANGES} changes, all {len(names)} subscribers"
    return Result(name, 1e3 * statistics.median(taken), "ms", most=MOST_MS)


def move_shipments(count: int) -> None:
    """One status change each, recorded by the services as in the company."""
    from django.utils import timezone

    from apps.accounts.queries import system_user
    from apps.tracking.services import ingest
    from tests.factories.customers import CustomerFactory
    from tests.factories.tracking import event, waybills

    customer, by = CustomerFactory(), system_user("benchmark")
    for _part in range(count // PART):
        scans = [event(w, "picked_up") for w in waybills(PART, customer=customer)]
        ingest(scans, source="bench", by=by, at=timezone.now())


def _in_parts(tell: Callable[[Any], int], events: list[Any]) -> None:
    for start in range(0, len(events), 500):
        tell(events[start : start + 500])


def _relay_all(relay: Callable[[], int]) -> None:
    while relay():
        pass


def _took(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    raise SystemExit(run_in_scratch("yipiao_bench_relay", run, events=5_000))
