"""A merchant's webhooks: answers are recorded by the functions that record real ones, and nobody is asked."""

from datetime import datetime, timedelta

from apps.customers.models import Customer
from apps.desk.demo.people import Cast
from apps.desk.demo.sent import mark_as_sent
from apps.events.models import Event
from apps.notifications import channels, services
from apps.notifications.channels import Outcome
from apps.notifications.enums import ChannelName, Effect, EndpointState
from apps.notifications.models import Delivery, WebhookEndpoint
from apps.notifications.queries.notices import WEBHOOK_TYPES
from apps.notifications.services.claiming import claim
from apps.notifications.services.outcomes import record_outcome

# The newest webhooks of a shop, each answered by itself; those before arrived.
ONE_BY_ONE = 9


def make_webhooks(
    cast: Cast, customers: dict[str, Customer], now: datetime, *, worker: str
) -> None:
    """A shop that listens, one that is being rebuilt, one that is gone."""
    shop, tea = customers["YUNSHANG"], customers["CHAYU"]
    shops = services.create_endpoint(
        customer=shop, url="https://shop.yunshang.example/hooks/yipiao", description="商城订单系统",
        by=cast["api-yunshang"], at=now - timedelta(days=9),
    )  # fmt: skip
    spare = services.create_endpoint(
        customer=shop, url="https://erp.yunshang.example/express", description="新ERP，调试中",
        event_types=["waybill.status_changed"], by=cast["api-yunshang"], at=now - timedelta(days=2),
    )  # fmt: skip
    services.change_endpoint(endpoint_id=spare.pk, paused=True, by=cast["api-yunshang"], at=now)
    services.create_endpoint(
        customer=tea, url="https://old.chayu.example/notify", description="旧商城",
        event_types=["workorder.confirmed"], by=cast["lina"], at=now - timedelta(days=9),
    )  # fmt: skip
    recent = Event.objects.filter(kind__in=WEBHOOK_TYPES, at__gt=now - timedelta(days=6))
    services.queue_webhooks(list(recent.order_by("-at", "-pk")[:150]))
    theirs = Delivery.objects.filter(recipient=f"endpoint:{shops.pk}").select_related("event")
    before = list(theirs.order_by("-event__at", "-pk")[ONE_BY_ONE:])
    mark_as_sent([(one, one.event.at) for one in before if one.event])
    channel = channels.channel(ChannelName.WEBHOOK)
    for turn in range(60):
        delivery = claim(channel, worker=worker).delivery
        if delivery is None:
            break
        record_outcome(delivery.pk, delivery.attempts, _answer_of(delivery, turn), worker=worker)


def _answer_of(delivery: Delivery, turn: int) -> Outcome:
    if "chayu" in delivery.recipient_label:
        endpoint = WebhookEndpoint.objects.get(pk=delivery.recipient.removeprefix("endpoint:"))
        is_on = endpoint.state == EndpointState.ACTIVE
        return Outcome(Effect.FAILED, "http_410" if is_on else "endpoint_disabled")
    if turn % 9 == 5:
        return Outcome(Effect.RETRY, "http_503", retry_after=7200)
    return Outcome(Effect.DELIVERED, "http_204")
