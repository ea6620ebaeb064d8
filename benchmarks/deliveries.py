"""Telling people, measured: `python -m benchmarks.deliveries` (needs DATABASE_URL of an owner).

Queueing per second, set-based; a storm of events for one customer; a dead provider beside a
healthy one; and 10,000 deliveries under faults with 50 `kill -9`. A database of its own is made
and dropped. `--small` runs a tenth of everything; `--only queueing,storm` runs these.
"""

import multiprocessing
import os
import sys
import time
from typing import Any

from benchmarks.harness import Result, report
from benchmarks.scratch import tests_database


def main() -> int:
    small = "--small" in sys.argv
    parts = {
        "queueing": lambda: queueing(1_000 if small else 10_000),
        "storm": lambda: storm(1_000 if small else 10_000),
        "isolation": lambda: isolation(60, 3) if small else isolation(300, 7),
        "faults": lambda: faults(small),
    }
    wanted = sys.argv[sys.argv.index("--only") + 1].split(",") if "--only" in sys.argv else [*parts]
    failed = 0
    with tests_database():
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SET yipiao.maintenance = 'on'")
        for name in wanted:
            failed |= parts[name]()
    return failed


def _outside() -> Any:
    from django.test import override_settings

    return override_settings(
        SMS_URL="http://127.0.0.1:1",
        SMS_ACCESS_KEY="k",
        EMAIL_HOST="127.0.0.1",
        SITE_URL="https://yp.example",
    )


def queueing(count: int) -> int:
    """Deliveries per second from recorded events to rows, everything read and written set-based:
    by one relay, and by as many as there are cores, which is how a company is run."""
    from apps.events.models import Event
    from apps.notifications.models import Delivery
    from apps.notifications.services import notify_about

    _pick_up(2 * count)
    events = list(Event.objects.filter(kind="waybill.status_changed").order_by("id"))
    with _outside():
        notify_about(events[:1])  # loads the addresses of the pages
        alone = _queue(events[1:count])
        relays = os.cpu_count() or 1
        together = _queue_side_by_side([events[count + n :: relays] for n in range(relays)])
    made = Delivery.objects.count()
    return report(
        f"Queueing {made:,} deliveries for {len(events):,} events",
        [
            Result("one relay", alone, "per s", 1.0),
            Result(f"{relays} relays", together, "per s", together / 5_000, 1.0),
        ],
    )


def _pick_up(count: int) -> None:
    """Shipments that have just been picked up, which their sender and consignee are told."""
    from django.utils import timezone

    from apps.accounts.queries import system_user
    from apps.notifications.models import NotificationPolicy
    from apps.tracking.services import issue_waybills
    from tests.factories.customers import CustomerFactory
    from tests.factories.tracking import event, new_waybill

    customer = CustomerFactory()
    NotificationPolicy.objects.all().delete()
    for audience in ("consignee", "sender"):
        NotificationPolicy.objects.create(
            topic="waybill.picked_up", audience=audience, channels=["sms"]
        )
    for part in range(count // 1_000):
        # Everybody has a phone of their own, so nothing is remembered from the message before.
        made = issue_waybills(
            specs=[
                new_waybill(
                    customer,
                    consignee_phone=f"139{part * 1_000 + n:08d}",
                    sender_phone=f"137{part * 1_000 + n:08d}",
                )
                for n in range(1_000)
            ],
            by=system_user("bench"),
            at=timezone.now(),
        )
        _scan([event(w, "picked_up", hours_ago=0.01) for w in made], timezone.now())


def _queue(events: list[Any]) -> float:
    """Deliveries per second, queued in the batches of the relay."""
    from apps.events.subscriptions import TOGETHER
    from apps.notifications.services import notify_about

    began = time.perf_counter()
    queued = sum(notify_about(events[n : n + TOGETHER]) for n in range(0, len(events), TOGETHER))
    return queued / (time.perf_counter() - began)


def _queue_side_by_side(shares: list[list[Any]]) -> float:
    """Deliveries per second of a process for each share, all started at the same moment and the
    slowest one counted for all of them."""
    from django.db import connection

    connection.close()
    fork = multiprocessing.get_context("fork")
    barrier, rates = fork.Barrier(len(shares)), fork.Queue()

    def work(share: list[Any]) -> None:
        connection.ensure_connection()
        barrier.wait()
        rates.put(_queue(share))

    workers = [fork.Process(target=work, args=(share,)) for share in shares]
    for worker in workers:
        worker.start()
    slowest = min(rates.get(timeout=300) for _ in workers)
    for worker in workers:
        worker.join()
    return slowest * len(shares)


def _scan(events: list[Any], at: Any) -> None:
    from apps.accounts.queries import system_user
    from apps.tracking.services import ingest

    ingest(events, source="bench", by=system_user("bench"), at=at)


def storm(count: int) -> int:
    """``count`` scans of one customer's shipments: how many mails, and do they name every one?"""
    from tests.faults.deluge import run

    _clear()
    outcome = run(count)
    print(f"\nA storm: {outcome.line()}{'' if outcome.is_met else '  MISSED'}")
    return int(not outcome.is_met)


def isolation(mails: int, rounds: int) -> int:
    """E-mail beside a dead provider of text messages, in turn with e-mail alone."""
    from statistics import median

    from tests.faults.isolation import WAYS_TO_DIE, compare, installation, middle

    _clear()
    failed = 0
    with installation() as there:
        there.round(20)  # until the process is up
        for death in WAYS_TO_DIE:
            pairs = compare(there, death, mails=mails, rounds=rounds)
            failed |= report(
                f"E-mail beside a gateway that {death}, {rounds} pairs of {mails} mails",
                [
                    Result("alone", median(pair.alone for pair in pairs), "mails/s"),
                    Result(
                        "beside it",
                        median(pair.together for pair in pairs),
                        "mails/s",
                        middle(pairs),
                        0.95,
                    ),
                ],
                notes=["pairs: " + ", ".join(f"{pair.ratio:.0%}" for pair in pairs)],
            )
    return failed


def _clear() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET yipiao.maintenance = 'on'")
        cursor.execute(
            "TRUNCATE notifications_delivery, notifications_attempt, notifications_phonetask,"
            " notifications_announcement, notifications_providerstate, notifications_sendstamp,"
            " notifications_suppressedaddress, notifications_webhookevent CASCADE"
        )


def faults(small: bool) -> int:
    """10,000 deliveries, 5 % faults, 50 kills."""
    from tests.faults.storm import run

    scale = 10 if small else 1
    _clear()
    counts = {
        "sms": 3_500 // scale,
        "wechat": 3_000 // scale,
        "webhook": 2_500 // scale,
        "email": 1_000 // scale,
    }
    outcome = run(counts, kills=50 // scale, deadline=900, every=4.0 if not small else 1.0)
    print("\nDeliveries under faults")
    print("\n".join(outcome.lines()))
    doubles = outcome.doubles["sms"] + outcome.doubles["email"]
    return int(
        bool(outcome.unfinished or outcome.missing or outcome.doubles_without_ambiguity)
        or doubles > outcome.kills
        or outcome.doubles["wechat"] > 0
    )


if __name__ == "__main__":
    raise SystemExit(main())
