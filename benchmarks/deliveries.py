"""Telling people, measured: `python -m benchmarks.deliveries` (needs DATABASE_URL of an owner).

Queueing per second, set-based; a storm of events for one customer; one dead provider beside a
healthy one; and 10,000 deliveries under faults with 50 `kill -9`. A database of its own is made
and dropped. `--small` runs a tenth of everything.
"""

import sys
import time
from typing import Any

import django
from django.test.utils import setup_databases, teardown_databases

from benchmarks.harness import Result, report


def main() -> int:
    django.setup()
    from django.db import connection

    small = "--small" in sys.argv
    databases = setup_databases(0, False, aliases=["default"])
    with connection.cursor() as cursor:
        cursor.execute("SET yipiao.maintenance = 'on'")
    try:
        failed = queueing(1_000 if small else 10_000)
        failed |= storm(1_000 if small else 10_000)
        failed |= isolation()
        failed |= faults(small)
    finally:
        connection.close()
        teardown_databases(databases, 0)
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
    """Deliveries per second from recorded events to rows, everything read and written set-based."""
    from django.utils import timezone

    from apps.events.models import Event
    from apps.notifications.models import Delivery, NotificationPolicy
    from apps.notifications.services import tell_about
    from tests.factories.customers import CustomerFactory
    from tests.factories.tracking import event, waybills

    customer = CustomerFactory()
    NotificationPolicy.objects.all().delete()
    for audience in ("consignee", "sender"):
        NotificationPolicy.objects.create(
            topic="waybill.picked_up", audience=audience, channels=["sms"]
        )
    for _part in range(count // 1_000):
        _scan([event(w, "picked_up") for w in waybills(1_000, customer=customer)], timezone.now())
    events = list(Event.objects.filter(kind="waybill.status_changed").order_by("id"))
    took = []
    with _outside():
        tell_about(events[:1])  # loads the addresses of the pages
        for start in range(1, len(events), 1_000):
            began = time.perf_counter()
            told = tell_about(events[start : start + 1_000])
            took.append(told / (time.perf_counter() - began))
    rate = sorted(took)[len(took) // 2]
    made = Delivery.objects.count()
    return report(
        f"Queueing {made:,} deliveries for {len(events):,} events",
        [Result("deliveries queued", rate, "per s", rate / 5_000, 1.0)],
    )


def _scan(events: list[Any], at: Any) -> None:
    from apps.accounts.queries import system_user
    from apps.tracking.services import ingest

    ingest(events, source="bench", by=system_user("bench"), at=at)


def storm(count: int) -> int:
    """``count`` events for one customer: how many digests, and do they name every shipment?"""
    from django.utils import timezone

    from apps.notifications.models import Delivery, NotificationPolicy
    from apps.notifications.queries.happenings import Happening
    from apps.notifications.queries.words import digest_lines
    from apps.notifications.services import gather, tell
    from tests.factories.customers import ContactFactory, CustomerFactory

    customer = CustomerFactory()
    ContactFactory(customer=customer, email="shop@example.com", preferred_channel="email")
    _forget()
    NotificationPolicy.objects.all().delete()
    NotificationPolicy.objects.create(
        topic="waybill.exception",
        audience="customer_contacts",
        channels=["email"],
        digest_minutes=5,
    )
    now = timezone.now()
    with _outside():
        for start in range(0, count, 2_000):
            tell(
                [
                    Happening(
                        "waybill.exception",
                        f"storm:{n}",
                        now,
                        customer=customer,
                        data={"number": f"YP{n:011d}", "to": "exception"},
                    )
                    for n in range(start, min(count, start + 2_000))
                ]
            )
        Delivery.objects.exclude(digest_key="").update(due_at=now)
        while gather():
            pass
    digests = list(Delivery.objects.filter(topic="digest", customer=customer))
    named = {line.split()[0] for digest in digests for line in digest_lines(digest, "zh-hans")}
    print(f"\nA storm of {count:,} events: {len(digests)} digests naming {len(named):,} shipments")
    return int(len(digests) > 3 or len(named) != count)


def isolation() -> int:
    """E-mail beside a provider that hangs: how much slower than beside one that is well?"""
    import random

    from django.db import connection
    from django.test import override_settings

    from apps.notifications import channels
    from apps.notifications.models import Delivery
    from apps.notifications.services import Crew
    from tests.faults.storm import outside, queue

    def measure(hang: bool) -> float:
        with outside(0.0, random.Random(1)) as there:
            there.sms.slow = 30.0
            there.sms.fault = lambda _request: "timeout" if hang else None
            settings = {**there.settings, "SMS_TIMEOUT": 10.0}
            with override_settings(**settings):
                Delivery.objects.filter(cause__startswith="storm:").update(
                    state="failed", lease_until=None
                )
                _forget()
                queue({"sms": 20, "email": 300}, there)
                crew = Crew(["sms", "email"])
                began = time.perf_counter()
                crew.start()
                while Delivery.objects.filter(
                    channel="email", state__in=["queued", "sending"]
                ).exists():
                    time.sleep(0.05)
                took = time.perf_counter() - began
                crew.stop()
                # Those that hang end with their time-out, before the rows go.
                crew.join(15)
        connection.close()
        return 300 / took

    assert channels.known("email")
    pairs = [(measure(False), measure(True)) for _round in range(3)]
    well = sorted(a for a, _b in pairs)[1]
    dead = sorted(b for _a, b in pairs)[1]
    return report(
        "E-mail beside another provider",
        [
            Result("that is well", well, "mails/s"),
            Result("that hangs", dead, "mails/s", dead / well, 0.95),
        ],
    )


def _forget() -> None:
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
    _forget()
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
