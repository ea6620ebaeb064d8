"""E-mail beside an SMS provider that is dead: is it any slower than with nothing else to do?

One real worker for both channels. Rounds come in turn: nothing but mails, then as many
mails with text messages waiting at a gateway that hangs, refuses connections or answers with
errors. The mail server keeps when each mail came. Used large by benchmarks/deliveries.py and small
by tests/faults/test_isolation.py.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

from apps.notifications.models import Delivery, ProviderState
from apps.notifications.services.rows import NewDelivery, insert
from tests.doubles.server import Fault
from tests.faults.brokers import OwnBroker
from tests.faults.outage import environment
from tests.faults.processes import running
from tests.faults.storm import Outside, outside

WAYS_TO_DIE: dict[str, Fault] = {
    "hangs": "timeout",
    "refuses connections": "refuse",
    "answers 503": 503,
}
WAITING = 100  # text messages at the dead gateway
HANGS = 60.0  # seconds; the worker gives up earlier


@dataclass
class Pair:
    """Mails per second with nothing else to do, and beside the dead provider."""

    alone: float
    together: float

    @property
    def ratio(self) -> float:
        return self.together / self.alone


class Installation:
    def __init__(self, there: Outside) -> None:
        self.there = there
        self.count = 0
        self.asked = 0  # how often the gateway was called by the time the last mail was there

    def round(self, mails: int, death: str = "") -> float:
        """Mails per second from the moment they are due until the last one came."""
        fault: Fault = WAYS_TO_DIE.get(death)
        self.there.sms.fault = lambda _request: fault
        ProviderState.objects.filter(channel="sms").delete()
        asked, before = len(self.there.sms.requests), len(self.there.mail.moments)
        if death:
            self._queue("sms", WAITING)
            self._until(lambda: len(self.there.sms.requests) > asked, 60)
        began = time.time()
        self._queue("email", mails)
        self._until(lambda: len(self.there.mail.moments) >= before + mails, 600)
        took = self.there.mail.moments[before + mails - 1] - began
        self.asked = len(self.there.sms.requests) - asked
        self._clear()
        return mails / took

    def _queue(self, channel: str, count: int) -> None:
        now = timezone.now()
        self.count += count
        numbers = range(self.count - count, self.count)
        insert(
            [
                NewDelivery(
                    cause=f"isolation:{n}",
                    topic="waybill.delivered",
                    audience="consignee",
                    channel=channel,
                    recipient=f"isolation:{n}",
                    address=f"+86133{n:08d}" if channel == "sms" else f"isolated{n}@example.com",
                    data={"number": f"YP{n:011d}", "to": "delivered", "when": now},
                    due_at=now,
                )
                for n in numbers
            ]
        )

    def _clear(self) -> None:
        """What waits at the dead provider is given up, and those under way are let go."""
        self.there.sms.fault = lambda _request: None
        self.there.sms.let_go()
        Delivery.objects.filter(channel="sms", state__in=["queued", "held"]).update(
            state="failed", state_reason="isolation"
        )
        self._until(lambda: not Delivery.objects.filter(state="sending").exists(), 30)
        Delivery.objects.filter(channel="sms", state__in=["queued", "ambiguous"]).update(
            state="failed", state_reason="isolation", lease_until=None
        )

    def _until(self, true: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                raise RuntimeError("it did not come to that")
            time.sleep(0.05)


@contextmanager
def installation(*, sms_timeout: int = 10) -> Iterator[Installation]:
    """One worker for both channels, who calls it, and the companies it sends to."""
    with ExitStack() as stack:
        there = stack.enter_context(outside(0.0, random.Random(1)))
        there.sms.slow = HANGS
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="isolation-")))
        mail = {
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(there.mail.port),
            "EMAIL_USE_TLS": "0",
            "EMAIL_PER_SECOND": "1000",
        }
        data = folder / "broker"
        data.mkdir()
        broker = OwnBroker(data)
        broker.start()
        stack.callback(broker.kill)
        env = {**environment(there), **mail, "REDIS_URL": broker.url}
        env["SMS_TIMEOUT"] = str(sms_timeout)
        stack.enter_context(running(folder, ["worker", "beat"], env))
        yield Installation(there)


def compare(there: Installation, death: str, *, mails: int, rounds: int) -> list[Pair]:
    """Pairs taken in turn, the order changing, so that a busy machine slows both alike."""
    pairs = []
    for turn in range(rounds):
        if turn % 2:
            together = there.round(mails, death)
            pairs.append(Pair(there.round(mails), together))
        else:
            alone = there.round(mails)
            pairs.append(Pair(alone, there.round(mails, death)))
    return pairs


def middle(pairs: list[Pair]) -> float:
    return statistics.median(pair.ratio for pair in pairs)
