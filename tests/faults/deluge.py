"""Thousands of shipments of one customer go wrong at once: how many mails, and do they name all?

The whole way: scans come in, the relay hands their events on, messages are gathered, a real SMTP
server takes the digests, and what counts is what stands in its mails. Used small by
tests/faults/test_deluge.py and large by benchmarks/deliveries.py.
"""

import random
import re
import time
from dataclasses import dataclass
from email.message import Message

from django.test import override_settings
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.events.models import Dispatch
from apps.events.services import relay_due
from apps.notifications.models import Delivery, NotificationPolicy
from apps.notifications.services import gather, send_due
from apps.tracking.services import ingest
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.tracking import event, waybills
from tests.faults.storm import outside

TOPIC = "waybill.exception"
KIND = "waybill.status_changed"
GATHER_MINUTES = 5
PART = 1_000
_NUMBER = re.compile(r"[A-Z]{2}[ \d]{9,20}\d")


@dataclass
class Report:
    events: int
    digests: int
    named: int  # shipments named by the mails together
    strangers: int  # numbers in them that are none of the customer's
    largest: int  # bytes
    queued_in: float  # seconds from the first scan to the last message queued

    @property
    def is_met(self) -> bool:
        return self.digests <= 3 and self.named == self.events and not self.strangers

    def line(self) -> str:
        return (
            f"{self.events:,} events of one customer: {self.digests} mails naming {self.named:,} "
            f"shipments, {self.strangers} others; the largest {self.largest / 1024:,.0f} KiB; "
            f"queued {self.queued_in:.1f} s after the first scan"
        )


def run(count: int) -> Report:
    customer = CustomerFactory()
    ContactFactory(
        customer=customer, email=f"shop{customer.pk}@example.com", preferred_channel="email"
    )
    NotificationPolicy.objects.update(active=False)
    NotificationPolicy.objects.update_or_create(
        topic=TOPIC,
        audience="customer_contacts",
        role="",
        defaults={
            "channels": ["email"],
            "active": True,
            "digest_minutes": GATHER_MINUTES,
            "quiet_from": None,
            "quiet_until": None,
        },
    )
    shipments = waybills(count, customer=customer)
    with outside(0.0, random.Random(1)) as there:
        settings = {**there.settings, "SITE_URL": "https://yp.example", "EMAIL_USE_TLS": False}
        with override_settings(**settings):
            began = time.monotonic()
            for start in range(0, count, PART):
                ingest(
                    [event(one, "damaged", hours_ago=0.01) for one in shipments[start:][:PART]],
                    source="tests",
                    by=system_user("tests"),
                    at=timezone.now(),
                )
                relay_due()
            # The exceptions that are opened for the shipments take turns with the messages, and
            # longer.
            while relay_due(seconds=0) and _untold():
                pass
            queued_in = time.monotonic() - began
            # The five minutes are over.
            Delivery.objects.filter(customer=customer).update(due_at=timezone.now())
            while gather():
                pass
            while send_due("email", worker="tests"):
                pass
            mails = [mail for mail in there.mail.accepted if customer_of(mail) == customer.pk]
    found = {number for mail in mails for number in numbers_in(mail)}
    known = {one.number for one in shipments}
    return Report(
        events=count,
        digests=len(mails),
        named=len(found & known),
        strangers=len(found - known),
        largest=max((len(mail.as_bytes()) for mail in mails), default=0),
        queued_in=queued_in,
    )


def _untold() -> bool:
    return Dispatch.objects.filter(subscriber=f"notifications.{KIND}").exists()


def customer_of(mail: Message) -> int:
    match = re.search(r"shop(\d+)@", str(mail["To"]))
    return int(match[1]) if match else 0


def numbers_in(mail: Message) -> set[str]:
    """Waybill numbers in the plain text, however they are grouped."""
    part = next(one for one in mail.walk() if one.get_content_type() == "text/plain")
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return {found.replace(" ", "") for found in _NUMBER.findall(payload.decode())}
