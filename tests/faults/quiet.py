"""Thousands of messages wait out the quiet hours and leave in the morning at the provider's pace.

Used small by tests/faults/test_quiet.py and large by benchmarks/quiet.py. The night is short because
the quiet hours of the rows end soon; nothing of the engine or its clock is changed. Real workers and
a real beat with the real settings; the gateway keeps when each message came.
"""

import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django.test import override_settings
from django.utils import timezone

from apps.core.notice_types import Notice
from apps.notifications.channels.base import delivery_of
from apps.notifications.models import Delivery, NotificationPolicy, ProviderState
from apps.notifications.services import notify
from apps.notifications.services.rows import NewDelivery, insert
from tests.faults.brokers import OwnBroker
from tests.faults.outage import environment
from tests.faults.pace import most_within_a_second
from tests.faults.processes import running
from tests.faults.storm import OPEN, Outside, outside
from tests.waiting import eventually

TOPIC, URGENT = "waybill.delivered", "waybill.exception"
PART = 2_000
WORKERS = 2


class TooShort(Exception):
    """The night, for a machine as busy as this one."""


@dataclass
class Report:
    """Counts of messages; the paces are the gateway's own, per second."""

    held: int
    urgent: int
    sent_at_night: int
    urgent_at_night: int
    lost: int
    doubled: int
    limit: float
    let_go: int  # the most that was let go within any second, by the database's clock
    peak: int  # the most that came within any second
    average: float
    first_after: float  # seconds from the end of the night to the first message
    night: float

    @property
    def is_whole(self) -> bool:
        return not (self.sent_at_night or self.lost or self.doubled)

    def lines(self) -> list[str]:
        return [
            f"{'messages held through the night':38}{self.held:>10,}",
            f"{'sent before it ended':38}{self.sent_at_night:>10,}",
            f"{'urgent ones, of which at night':38}{self.urgent:>10,} {self.urgent_at_night:>8,}",
            f"{'lost':38}{self.lost:>10,}",
            f"{'doubled':38}{self.doubled:>10,}",
            f"{'the night, seconds':38}{self.night:>10.0f}",
            f"{'first one after it, seconds':38}{self.first_after:>10.2f}",
            f"{'limit of the provider, per second':38}{self.limit:>10.0f}",
            f"{'most let go within any second':38}{self.let_go:>10,}",
            f"{'most that came within any second':38}{self.peak:>10,}",
            f"{'average per second':38}{self.average:>10.1f}",
        ]


def run(count: int, *, night: float, per_second: int, deadline: float) -> Report:
    """``count`` messages during a night of ``night`` seconds from now. A tenth of them was queued
    before it began and is found out only when its turn comes."""
    with ExitStack() as stack:
        there = stack.enter_context(outside(0.0, random.Random(1)))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="quiet-")))
        data = folder / "broker"
        data.mkdir()
        broker = OwnBroker(data)
        broker.start()
        stack.callback(broker.kill)
        env = {
            **environment(there),
            "SMS_PER_SECOND": str(per_second),
            "REDIS_URL": broker.url,
        }
        ProviderState.objects.filter(channel="sms").delete()
        for n in range(WORKERS):
            part = folder / str(n)
            part.mkdir()
            stack.enter_context(running(part, ["worker", *["beat"][n:]], env))
        first = insert([probe()])
        if not eventually(Delivery.objects.filter(pk__in=first, state="delivered").exists):
            raise RuntimeError("nobody looks for a message")
        began = timezone.now()
        morning = (began + timedelta(seconds=night)).replace(microsecond=0)
        policies(began - timedelta(hours=1), morning)
        before = max(Delivery.objects.values_list("pk", flat=True), default=0)
        with override_settings(**there.settings, SITE_URL="https://yp.example"):
            evening(count // 10, began, morning)
            at_night(URGENT, range(count, count + count // 100), began)
            at_night(TOPIC, range(count // 10, count), began)
        ours = Delivery.objects.filter(pk__gt=before)
        if ours.filter(topic=TOPIC).count() != count or timezone.now() > morning:
            raise TooShort("the night was over before everything was queued")
        urgent = ours.filter(topic=URGENT, state__in=OPEN)
        eventually(lambda: not urgent.exists() or timezone.now() > morning, 2 * night)
        if timezone.now() > morning:
            raise TooShort("the night was over before the urgent ones could leave")
        end = time.monotonic() + night + deadline
        while ours.filter(state__in=OPEN).exists() and time.monotonic() < end:
            time.sleep(0.5)
        return _judge(there, ours, morning, count, per_second, night)


def probe() -> NewDelivery:
    """Something for the bell of nobody, which is there at once when somebody is at work."""
    now = timezone.now()
    return NewDelivery(
        cause=f"probe:{now.timestamp()}",
        topic=TOPIC,
        audience="agent",
        channel="in_app",
        recipient="user:0",
        due_at=now,
    )


def policies(quiet_from: datetime, quiet_until: datetime) -> None:
    """What is told to whom, with these quiet hours; exceptions are urgent."""
    NotificationPolicy.objects.update(active=False)
    hours = [timezone.localtime(at).time() for at in (quiet_from, quiet_until)]
    for topic, urgent in ((TOPIC, False), (URGENT, True)):
        NotificationPolicy.objects.update_or_create(
            topic=topic,
            audience="addressee",
            role="",
            defaults={
                "channels": ["sms"],
                "urgent": urgent,
                "active": True,
                "quiet_from": hours[0],
                "quiet_until": hours[1],
            },
        )


def evening(count: int, at: datetime, morning: datetime) -> None:
    """Queued while it was not quiet yet, and not sent by the time it was."""
    policy = NotificationPolicy.objects.get(topic=TOPIC, audience="addressee")
    assert policy.quiet_from is not None and policy.quiet_until is not None
    insert(
        [
            NewDelivery(
                cause=f"evening:{at.timestamp()}:{n}",
                topic=TOPIC,
                audience="consignee",
                channel="sms",
                recipient=f"evening:{at.timestamp():.0f}:{n}",
                address=phone(n),
                data=facts(n, at),
                quiet=(policy.quiet_from, policy.quiet_until),
                due_at=at,
            )
            for n in range(count)
        ]
    )


def at_night(topic: str, numbers: Iterable[int], at: datetime) -> None:
    notices = [
        Notice(
            topic=topic,
            cause=f"night:{at.timestamp()}:{n}",
            at=at,
            data=facts(n, at),
            addressee=("sms", phone(n), settings.LANGUAGE_CODE),
        )
        for n in numbers
    ]
    for start in range(0, len(notices), PART):
        notify(notices[start : start + PART])


def phone(n: int) -> str:
    return f"+86134{n:08d}"


def facts(n: int, at: datetime) -> dict[str, object]:
    return {"number": f"YP{n:011d}", "to": "delivered", "reason": "", "when": at}


def _judge(
    there: Outside,
    ours: QuerySet[Delivery],
    morning: datetime,
    count: int,
    per_second: int,
    night: float,
) -> Report:
    urgent = set(ours.filter(topic=URGENT).values_list("pk", flat=True))
    came = [(delivery_of(sms["out_id"]), float(sms["at"])) for sms in there.sms.sent]
    seen = Counter(pk for pk, _at in came)
    ends = morning.timestamp()
    calm = sorted(at for pk, at in came if pk not in urgent)
    late = [at for at in calm if at >= ends]
    began = ours.filter(topic=TOPIC, first_attempt__isnull=False).order_by("first_attempt")
    going = [at.timestamp() for at in began.values_list("first_attempt", flat=True)]
    return Report(
        held=count,
        urgent=len(urgent),
        sent_at_night=len(calm) - len(late),
        urgent_at_night=sum(1 for pk, at in came if pk in urgent and at < ends),
        lost=ours.count() - len(seen),
        doubled=sum(n - 1 for n in seen.values()),
        limit=per_second,
        let_go=most_within_a_second(going),
        peak=most_within_a_second(late),
        average=len(late) / max(late[-1] - late[0], 0.001) if late else 0.0,
        first_after=late[0] - ends if late else float("inf"),
        night=night,
    )
