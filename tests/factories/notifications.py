"""Messages, policies, subscriptions and endpoints; and the settings that point at the doubles."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.accounts.queries import system_user
from apps.customers.models import Customer
from apps.events.models import Event
from apps.events.services import relay_batch
from apps.notifications import services
from apps.notifications.addresses import index_of, label_of
from apps.notifications.models import (
    Delivery,
    NotificationPolicy,
    Subscription,
    WebhookEndpoint,
)
from apps.notifications.services.rows import NewDelivery, insert
from tests.factories.customers import CustomerFactory

PHONE = "+8613800000001"
EMAIL = "mary@example.com"


def policy(topic: str, audience: str, *channels: str, **fields: Any) -> NotificationPolicy:
    """The only policy about ``topic``: what was seeded for it goes."""
    NotificationPolicy.objects.filter(topic=topic).delete()
    return NotificationPolicy.objects.create(
        topic=topic, audience=audience, channels=list(channels), **fields
    )


def no_policies() -> None:
    NotificationPolicy.objects.all().delete()


def delivery(channel: str = "sms", address: str = PHONE, **fields: Any) -> Delivery:
    count = Delivery.objects.count()
    new = NewDelivery(
        **{
            "cause": f"test:{count}:{timezone.now().timestamp()}",
            "topic": "waybill.delivered",
            "audience": "consignee",
            "channel": channel,
            "address": address,
            "recipient": f"phone:{index_of(address)}",
            "label": label_of(channel, address),
            "due_at": timezone.now() - timedelta(seconds=1),
            "data": {"number": "YP12345678901", "to": "delivered", "when": timezone.now()},
            **fields,
        }
    )
    (pk,) = insert([new])
    return Delivery.objects.get(pk=pk)


def subscription(waybill: Any, channel: str = "sms", address: str = PHONE) -> Subscription:
    return Subscription.objects.create(
        waybill=waybill,
        channel=channel,
        address=address,
        address_index=index_of(address),
        address_label=label_of(channel, address),
        state="active",
        confirmed_on=timezone.now(),
    )


def endpoint(customer: Customer | None = None, **fields: Any) -> WebhookEndpoint:
    return services.create_endpoint(
        customer=customer or CustomerFactory(),
        **{"url": "https://hooks.example.com/yp", **fields},
        by=system_user("tests"),
        at=timezone.now(),
    )


def relay_all() -> None:
    """Hand every recorded event to its subscribers, as the relay does."""
    while relay_batch():
        pass


def send_all(*channels: str) -> int:
    """Send what is due, one thread, until nothing is."""
    every = ("in_app", "site", "phone", "email", "sms", "wechat_talk", "wechat", "webhook")
    names = channels or every
    return sum(services.send_due(name, worker="tests") for name in names)


def latest_event(kind: str) -> Event:
    return Event.objects.filter(kind=kind).latest("id")


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for state in Delivery.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found
