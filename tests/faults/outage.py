"""Scans come in, the broker fails in the middle, and every message is still queued and sent.

Used small by the tests and large by benchmarks/outage.py. Worker, beat and standby are the real
processes with the real settings; the broker is a real server; the providers are doubles.
"""

import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection
from django.db.models import Max, QuerySet
from django.test import override_settings
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.customers.models import Customer
from apps.events.models import Dispatch
from apps.notifications.models import Delivery, NotificationPolicy
from apps.tracking.models import Waybill
from apps.tracking.services import ingest, issue_waybills
from tests.factories.customers import CustomerFactory
from tests.factories.notifications import endpoint
from tests.factories.tracking import event, new_waybill
from tests.faults.brokers import OwnBroker
from tests.faults.processes import running
from tests.faults.storm import OPEN, Outside, outside

SETTLED = 0.3
MERCHANTS = 4
CHANGED = "waybill.status_changed"


@dataclass
class Report:
    """``sms`` and ``webhooks`` count what the providers have; times in seconds."""

    fault: str
    events: int
    sms: int
    webhooks: int
    doubled: int
    unfinished: int
    undispatched: int
    # From the end of the fault until a scan that came afterwards was queued as a message.
    back_after: float
    # The longest that any event waited to become a message, once the processes were up.
    longest_wait: float
    # Processes that ended by themselves and were started again.
    restarts: int

    @property
    def lost(self) -> int:
        return 2 * self.events - self.sms - self.webhooks

    @property
    def is_whole(self) -> bool:
        return not (self.lost or self.doubled or self.unfinished or self.undispatched)

    def line(self) -> str:
        return (
            f"{self.fault:28}{self.events:>8,}{self.lost:>6}{self.doubled:>9}{self.unfinished:>12}"
            f"{self.back_after:>12.1f} s{self.longest_wait:>12.1f} s{self.restarts:>10}"
        )


HEADER = f"{'fault':28}{'events':>8}{'lost':>6}{'doubled':>9}{'unfinished':>12}{'back after':>14}{'longest':>14}{'restarts':>10}"


def flushed(broker: OwnBroker) -> None:
    """FLUSHALL, ten times within two seconds: whatever is in it at any moment is gone."""
    for _n in range(10):
        broker.flush()
        time.sleep(0.2)


def restarted(broker: OwnBroker) -> None:
    """kill -9, away for three seconds, back with what its append-only file holds."""
    broker.kill()
    time.sleep(3)
    broker.start()


def replaced(broker: OwnBroker) -> None:
    """kill -9, away for three seconds, and an empty one comes in its place."""
    broker.kill()
    broker.purge()
    time.sleep(3)
    broker.start()


def hung(broker: OwnBroker) -> None:
    """It answers nothing for six seconds, longer than every socket time-out, and goes on."""
    broker.stop()
    time.sleep(6)
    broker.go_on()


def again_and_again(broker: OwnBroker) -> None:
    """Five times in a row, with and without its file."""
    for _n in range(5):
        restarted(broker)
        time.sleep(1)
        replaced(broker)
        time.sleep(1)


def long_away(broker: OwnBroker) -> None:
    """Longer than the longest pause between a worker's attempts to reach it."""
    broker.kill()
    time.sleep(60)
    broker.start()


Fault = Callable[[OwnBroker], None]
FAULTS: dict[str, Fault] = {
    "FLUSHALL": flushed,
    "kill -9, with its file": restarted,
    "kill -9, without its file": replaced,
    "hangs": hung,
}
LONG_FAULTS: dict[str, Fault] = {
    "killed ten times": again_and_again,
    "away for a minute": long_away,
}


def run(name: str, count: int, *, parts: int = 10, deadline: float = 300.0) -> Report:
    """``count`` shipments are scanned in ``parts``; the fault strikes after a third of them."""
    with ExitStack() as stack:
        there = stack.enter_context(outside(0.0, random.Random(1)))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="outage-")))
        data = folder / "broker"
        data.mkdir()
        broker = OwnBroker(data)
        broker.start()
        stack.callback(broker.kill)
        before = Delivery.objects.aggregate(last=Max("pk"))["last"] or 0
        ours = Delivery.objects.filter(pk__gt=before)
        shipments = _shipments(count, there)
        env = {**environment(there), "REDIS_URL": broker.url}
        installation = stack.enter_context(running(folder, ["worker", "beat", "standby"], env))
        scan(shipments[:1])
        if not _within(180, lambda: Delivery.objects.filter(waybill=shipments[0]).exists()):
            raise RuntimeError(f"the house does not come up: {installation.last_words('worker')}")
        up = timezone.now()
        rest = shipments[1:]
        size = max(1, len(rest) // parts)
        chunks = [rest[start : start + size] for start in range(0, len(rest), size)]
        fault = threading.Thread(target=(FAULTS | LONG_FAULTS)[name], args=(broker,))
        for number, chunk in enumerate(chunks):
            if number == len(chunks) // 3:
                fault.start()
            if number == len(chunks) - 1:
                fault.join()
                ended = timezone.now()
            scan(chunk)
            time.sleep(SETTLED)
        _within(deadline, lambda: _is_quiet(ours, count))
        return _judge(name, count, there, ours, chunks[-1], up, ended, installation.restarts)


def environment(there: Outside) -> dict[str, str]:
    """The doubles as an operator would set them up."""
    known = {
        name: str(value)
        for name, value in there.settings.items()
        if name.startswith(("SMS_", "WEBHOOK")) and not isinstance(value, float | list)
    }
    return known | {
        "SMS_PER_SECOND": "500",
        "WEBHOOKS_PER_SECOND": "500",
        "SMS_TIMEOUT": "5",
        "WEBHOOK_TIMEOUT": "5",
        "WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8",
        "SITE_URL": "https://yp.example",
    }


def _shipments(count: int, there: Outside) -> list[Waybill]:
    """Each to a consignee of its own, who hears by SMS; the merchants hear by webhook."""
    NotificationPolicy.objects.update(active=False)
    NotificationPolicy.objects.update_or_create(
        topic="waybill.picked_up",
        audience="consignee",
        role="",
        defaults={"channels": ["sms"], "active": True, "quiet_from": None, "quiet_until": None},
    )
    customers: list[Customer] = [CustomerFactory() for _n in range(MERCHANTS)]
    with override_settings(**there.settings):
        there.merchant.secrets = [
            endpoint(one, url=f"{there.merchant.url}/{n}", event_types=[CHANGED]).secret
            for n, one in enumerate(customers)
        ]
    return issue_waybills(
        specs=[
            new_waybill(customers[n % MERCHANTS], consignee_phone=f"139{n:08d}")
            for n in range(count)
        ],
        by=system_user("tests"),
        at=timezone.now(),
    )


def scan(shipments: list[Waybill]) -> None:
    ingest(
        [event(one, "picked_up", hours_ago=0.01) for one in shipments],
        source="tests",
        by=system_user("tests"),
        at=timezone.now(),
    )


def _is_quiet(ours: QuerySet[Delivery], count: int) -> bool:
    done = ours.exclude(state__in=OPEN).count()
    return done >= 2 * count and not Dispatch.objects.exists()


def _within(seconds: float, ready: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def _judge(
    name: str,
    count: int,
    there: Outside,
    ours: QuerySet[Delivery],
    last: list[Waybill],
    up: datetime,
    ended: datetime,
    restarts: dict[str, int],
) -> Report:
    phones = Counter(sms["phone"] for sms in there.sms.sent)
    heard = Counter(there.merchant.calls)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(EXTRACT(EPOCH FROM d.created_at - e.recorded_at))"
            " FROM notifications_delivery d JOIN events_event e ON e.id = d.event_id"
            " WHERE e.recorded_at >= %s",
            [up],
        )
        longest = float(cursor.fetchone()[0] or 0)
    messages = ours.filter(waybill__in=last).order_by("created_at").first()
    return Report(
        fault=name,
        events=count,
        sms=len(phones),
        webhooks=len(heard),
        doubled=sum(n - 1 for n in (*phones.values(), *heard.values())),
        unfinished=ours.filter(state__in=OPEN).count(),
        undispatched=Dispatch.objects.count(),
        back_after=(messages.created_at - ended).total_seconds() if messages else float("inf"),
        longest_wait=longest,
        restarts=sum(restarts.values()),
    )
