"""Adding a channel is one class: the whole of what docs/changing.md asks for, and what it gives."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.notifications import channels, services
from apps.notifications.channels import Channel, Message, Outcome
from apps.notifications.enums import DeliveryState as S
from apps.notifications.enums import Effect
from apps.notifications.models import Delivery, NotificationPolicy
from apps.notifications.queries.persons import Person
from tests.doubles.sms_gateway import SmsGateway
from tests.factories.accounts import sign_in, superuser
from tests.factories.notifications import no_policies, relay_all, send_all, subscription
from tests.factories.tracking import report, waybill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("NTF-1")]


class FaxChannel(Channel):
    name = "fax"
    label = "Fax"
    waits = (60,)

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.is_out_of_paper = False

    def address_of(self, person: Person) -> str | None:
        return person.phone.replace("+86", "fax:") or None

    def send(self, message: Message) -> Outcome:
        if self.is_out_of_paper:
            return Outcome(Effect.FAILED, "no_paper")
        self.sheets.append((message.address, message.text))
        return Outcome(Effect.DELIVERED, "printed")


@pytest.fixture
def fax() -> Iterator[FaxChannel]:
    """The one line of channels/__init__.py."""
    channel = FaxChannel()
    channels.register(channel)
    yield channel
    channels.unregister("fax")


def choose(client: Client, names: str) -> NotificationPolicy:
    """In the back office, as a manager does."""
    no_policies()
    form = {
        "topic": "waybill.delivered",
        "audience": "consignee",
        "role": "",
        "channels": names,
        "digest_minutes": "0",
        "max_age_hours": "24",
        "active": "on",
    }
    page = reverse("admin:notifications_notificationpolicy_add")
    answer = client.post(page, form)
    assert answer.status_code == 302, answer.content.decode()
    return NotificationPolicy.objects.get()


@pytest.fixture
def boss(client: Client, settings: object) -> Client:
    settings.ROOT_URLCONF = "config.urls"  # type: ignore[attr-defined]
    sign_in(client, superuser())
    return client


def test_it_is_chosen_told_by_and_shown_everywhere(boss: Client, fax: FaxChannel) -> None:
    assert choose(boss, "fax, phone").channels == ["fax", "phone"]
    shipment = report(waybill(), "picked_up", "delivered")
    relay_all()
    assert send_all("fax") == 1
    ((address, text),) = fax.sheets
    assert address == "fax:13900139002" and shipment.number in text
    answers = Delivery.objects.get()
    assert answers.state == S.DELIVERED
    page = boss.get(reverse("admin:notifications_delivery_change", args=[answers.pk]))
    assert "Fax" in page.content.decode() and "printed" in page.content.decode()
    listed = boss.get(reverse("admin:notifications_delivery_changelist")).content.decode()
    assert "Fax" in listed
    health = boss.get(reverse("admin:notifications_delivery_health")).content.decode()
    assert "Fax" in health


def test_it_falls_back_and_is_preferred_like_any_other(boss: Client, fax: FaxChannel) -> None:
    choose(boss, "fax, phone")
    fax.is_out_of_paper = True
    report(waybill(), "picked_up", "delivered")
    relay_all()
    send_all("fax", "phone")
    states = {d.channel: d.state for d in Delivery.objects.all()}
    assert states == {"fax": S.FAILED, "phone": S.HANDED_OVER}
    # Somebody prefers it.
    services.set_preference(
        recipient=Delivery.objects.get(channel="fax").recipient,
        values={"channels": ["fax"]},
        by=system_user("tests"),
        at=timezone.now(),
    )
    asked = boss.get(reverse("admin:notifications_preference_add")).content.decode()
    assert 'value="fax"' in asked


def test_whoever_gave_one_address_is_told_there_only(
    boss: Client, fax: FaxChannel, sms: SmsGateway
) -> None:
    no_policies()
    NotificationPolicy.objects.create(
        topic="waybill.delivered", audience="subscriber", channels=["fax", "sms"]
    )
    shipment = waybill()
    subscription(shipment, "sms", "+8613712345678")
    report(shipment, "picked_up", "delivered")
    relay_all()
    assert [d.channel for d in Delivery.objects.all()] == ["sms"]


def test_taken_back_it_is_gone(boss: Client, fax: FaxChannel) -> None:
    channels.unregister("fax")
    page = reverse("admin:notifications_notificationpolicy_add")
    answer = boss.post(page, {"channels": "fax", "topic": "waybill.delivered"})
    assert answer.status_code == 200 and not channels.known("fax")
