"""Many messages, faulty providers, and workers that are killed with -9 while they send.

Used small by the tests and large by benchmarks/deliveries.py. The doubles run in this process;
the workers are real processes on the same database.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import override_settings
from django.utils import timezone

from apps.notifications.channels.base import reference_of
from apps.notifications.models import Attempt, Delivery, WebhookEvent
from apps.notifications.services.rows import NewDelivery, insert
from tests.doubles.mail_server import MailServer
from tests.doubles.merchant import Merchant
from tests.doubles.server import Request
from tests.doubles.sms_gateway import SmsGateway
from tests.doubles.wechat_platform import WeChatPlatform
from tests.factories.customers import CustomerFactory
from tests.factories.notifications import endpoint
from tests.faults.brokers import OwnBroker
from tests.faults.platforms import CHANNELS, Platforms, platforms, rows

ROOT = Path(__file__).resolve().parents[2]
OPEN = ["queued", "held", "sending", "ambiguous"]
ENDPOINTS = 6


@dataclass
class Outside:
    """The outside companies, and the settings that lead to them."""

    sms: SmsGateway
    wechat: WeChatPlatform
    mail: MailServer
    merchant: Merchant
    platforms: Platforms
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass
class Report:
    deliveries: int
    kills: int
    seconds: float
    states: dict[str, int]
    unfinished: int
    unclear: int  # deliveries whose history names an ambiguity
    doubles: dict[str, int]
    doubles_without_ambiguity: int
    missing: int  # said to be sent, but the provider has none
    over_limit: int  # answers of WeCom, DingTalk and Feishu that it was too much

    def lines(self) -> list[str]:
        return [
            f"{'deliveries':34}{self.deliveries:>12,}",
            f"{'kill -9 of workers':34}{self.kills:>12,}",
            f"{'seconds':34}{self.seconds:>12.1f}",
            f"{'not in a final state':34}{self.unfinished:>12,}",
            f"{'with recorded ambiguity':34}{self.unclear:>12,}",
            *(f"{'doubles at ' + name:34}{n:>12,}" for name, n in self.doubles.items()),
            f"{'doubles without ambiguity':34}{self.doubles_without_ambiguity:>12,}",
            f"{'said sent but never there':34}{self.missing:>12,}",
            f"{'refused as too much':34}{self.over_limit:>12,}",
            *(f"{'ended ' + name:34}{n:>12,}" for name, n in sorted(self.states.items())),
        ]


@contextmanager
def outside(rate: float, rand: random.Random) -> Iterator[Outside]:
    """Every company fails in its own way for ``rate`` of the requests."""
    with ExitStack() as stack:
        sms = stack.enter_context(SmsGateway())
        wechat = stack.enter_context(WeChatPlatform())
        merchant = stack.enter_context(Merchant())
        mail = stack.enter_context(MailServer())
        colleagues = stack.enter_context(platforms(rate, rand))
        sms.slow = wechat.slow = merchant.slow = 1.2
        faults = ["drop", "timeout", "refuse", 503]

        def flaky(_request: Request) -> Any:
            return rand.choice(faults) if rand.random() < rate else None

        sms.fault = wechat.fault = merchant.fault = flaky
        mail.fault = lambda _to: (
            rand.choice(["450", "drop", "drop_before"]) if rand.random() < rate else ""
        )
        settings = {
            **colleagues.settings,
            "SMS_URL": sms.url,
            "SMS_ACCESS_KEY": sms.key,
            "SMS_ACCESS_SECRET": sms.secret,
            "SMS_SIGN_NAME": "一票速递",
            "SMS_TIMEOUT": 0.6,
            "SMS_PER_SECOND": 2000.0,
            "WECHAT_URL": wechat.url,
            "WECHAT_APP_ID": wechat.app_id,
            "WECHAT_APP_SECRET": wechat.secret,
            "WECHAT_TIMEOUT": 0.6,
            "WECHAT_PER_SECOND": 2000.0,
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": mail.port,
            "EMAIL_TIMEOUT": 2,
            "EMAIL_PER_SECOND": 2000.0,
            "DEFAULT_FROM_EMAIL": "service@yipiao.example",
            "WEBHOOK_ALLOW_HTTP": True,
            "WEBHOOK_ALLOWED_NETWORKS": ["127.0.0.0/8"],
            "WEBHOOK_TIMEOUT": 0.6,
            "WEBHOOKS_PER_SECOND": 2000.0,
            "LOG_LEVEL": "CRITICAL",
        }
        yield Outside(sms, wechat, mail, merchant, colleagues, settings)


def queue(counts: dict[str, int], there: Outside) -> int:
    """Messages to different people, so that only faults can make doubles."""
    now = timezone.now()
    made: list[NewDelivery] = []
    for channel, count in counts.items():
        if channel == "webhook":
            made += _webhooks(count, there, now)
            continue
        if channel in CHANNELS:
            made += rows(channel, count, there.platforms, now)
            continue
        for n in range(count):
            address = {
                "sms": f"+86138{n:08d}",
                "wechat": f"openid-{n}",
                "email": f"reader{n}@example.com",
            }[channel]
            made.append(
                NewDelivery(
                    cause=f"storm:{channel}:{n}",
                    topic="waybill.delivered",
                    audience="consignee",
                    channel=channel,
                    recipient=f"{channel}:{n}",
                    address=address,
                    data={"number": f"YP{n:011d}", "to": "delivered", "when": now},
                    due_at=now,
                )
            )
    return len(insert(made))


def _webhooks(count: int, there: Outside, now: Any) -> list[NewDelivery]:
    with override_settings(**there.settings):
        endpoints = [
            endpoint(CustomerFactory(), url=f"{there.merchant.url}/{n}") for n in range(ENDPOINTS)
        ]
    there.merchant.secrets = [e.secret for e in endpoints]
    made = []
    for n in range(count):
        where = endpoints[n % ENDPOINTS]
        entry = WebhookEvent.objects.create(
            customer=where.customer, type="waybill.status_changed", at=now, payload={"n": n}
        )
        made.append(
            NewDelivery(
                cause=f"storm:webhook:{n}",
                topic="webhook.waybill.status_changed",
                audience="endpoint",
                channel="webhook",
                recipient=f"endpoint:{where.pk}",
                data={"webhook_event": entry.pk},
                due_at=now,
            )
        )
    return made


def run(
    counts: dict[str, int],
    *,
    kills: int,
    rate: float = 0.05,
    processes: int = 2,
    deadline: float = 60.0,
    every: float = 0.8,
    seed: int = 1,
) -> Report:
    rand = random.Random(seed)
    with outside(rate, rand) as there, tempfile.TemporaryDirectory(prefix="storm-") as folder:
        broker = OwnBroker(Path(folder))
        broker.start()
        total = queue(counts, there)
        connection.commit()
        began = time.monotonic()
        # All that a house has for it: two workers, who calls them, and who takes over.
        roles = ["worker"] * processes + ["beat", "standby"]
        workers = [_start(there, role, broker.url) for role in roles]
        done = 0
        try:
            while time.monotonic() - began < deadline:
                time.sleep(every * rand.uniform(0.5, 1.5) if done < kills else 0.3)
                left = Delivery.objects.filter(state__in=OPEN).count()
                if not left and done >= kills:
                    break
                if done < kills:
                    # Dead in the middle of whatever it does; another one takes its place.
                    slot = rand.randrange(len(roles))
                    workers[slot].send_signal(signal.SIGKILL)
                    workers[slot].wait()
                    workers[slot] = _start(there, roles[slot], broker.url)
                    done += 1
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
            broker.kill()
        return _judge(total, done, time.monotonic() - began, there)


def _start(there: Outside, role: str, broker: str) -> "subprocess.Popen[bytes]":
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "FAULTS_DATABASE": str(connection.settings_dict["NAME"]),
        "FAULTS_SETTINGS": json.dumps(there.settings),
        "FAULTS_BROKER": broker,
        "LOG_LEVEL": "CRITICAL",
    }
    return subprocess.Popen([sys.executable, "-m", "tests.faults.worker", role], cwd=ROOT, env=env)


def _judge(total: int, kills: int, seconds: float, there: Outside) -> Report:
    states = Counter(Delivery.objects.values_list("state", flat=True))
    unclear = set(
        Attempt.objects.filter(effect="ambiguous").values_list("delivery", flat=True)
    ) | set(Attempt.objects.filter(step="timed_out").values_list("delivery", flat=True))
    seen = Counter(sms["out_id"] for sms in there.sms.sent)
    wechat = Counter(str(m["client_msg_id"]) for m in there.wechat.sent)
    mails = Counter(there.mail.recipients)
    colleagues = there.platforms.seen()
    doubles = {
        "sms": sum(n - 1 for n in seen.values()),
        "wechat": sum(n - 1 for n in wechat.values()),
        "email": sum(n - 1 for n in mails.values()),
        **{name: sum(n - 1 for n in seen.values()) for name, seen in colleagues.items()},
    }
    blind = sum(1 for ref, n in seen.items() if n > 1 and int(ref[2:]) not in unclear)
    by_address = {d.address: d.pk for d in Delivery.objects.filter(channel="email")}
    blind += sum(1 for to, n in mails.items() if n > 1 and by_address[to] not in unclear)
    by_number = {
        (d.channel, d.data["number"]): d.pk for d in Delivery.objects.filter(channel__in=CHANNELS)
    }
    blind += sum(
        1
        for name, some in colleagues.items()
        for number, n in some.items()
        if n > 1 and by_number[name, number] not in unclear
    )
    sent = Delivery.objects.filter(state__in=["accepted", "delivered"])
    missing = sum(
        1
        for d in sent.iterator()
        if not (
            (d.channel == "sms" and seen[reference_of(d.pk)])
            or (d.channel == "wechat" and wechat[d.idempotency_key.hex])
            or (d.channel == "email" and mails[d.address])
            or d.channel == "webhook"
            or (d.channel in CHANNELS and colleagues[d.channel][d.data["number"]])
        )
    )
    webhooks = Delivery.objects.filter(channel="webhook", state="delivered").count()
    missing += max(0, webhooks - len(there.merchant.heard))
    return Report(
        deliveries=total,
        kills=kills,
        seconds=seconds,
        states=dict(states),
        unfinished=sum(states[s] for s in OPEN),
        unclear=len(unclear),
        doubles=doubles,
        doubles_without_ambiguity=blind,
        missing=missing,
        over_limit=there.platforms.over_limit,
    )
