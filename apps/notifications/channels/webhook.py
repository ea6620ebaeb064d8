"""Merchants' own addresses, after Standard Webhooks.

A merchant recognises a repeat by ``webhook-id``, so a lost answer is simply tried again. Only 2xx
is success, redirects are not followed, 410 switches the endpoint off, and so do days of failure.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.queries import system_user
from apps.core import http
from apps.core.notice_types import MOST_TOLD
from apps.core.times import WireEncoder
from apps.events.services import record
from apps.notifications import standard_webhook
from apps.notifications.channels.base import Channel, Message, Outcome, within
from apps.notifications.enums import ChannelName, Effect, EndpointState
from apps.notifications.models import WebhookEndpoint, WebhookEvent
from apps.notifications.webhook_data import public_content

if TYPE_CHECKING:
    from apps.notifications.models import Delivery

MAX_BODY = MOST_TOLD + 600  # bytes, exclusive


@dataclass(frozen=True)
class Parcel:
    """What is sent where, as it stood when it was claimed."""

    state: str
    url: str
    secrets: tuple[str, ...]
    message_id: str
    body: bytes


class WebhookChannel(Channel):
    name = ChannelName.WEBHOOK
    label = _("Webhook")
    idempotent = True
    concurrency = 8
    one_per_recipient = True
    breaks = False
    lease = timedelta(seconds=60)
    # Ten attempts over four days and a half.
    waits = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400, 86_400)

    def pace(self) -> tuple[float, float]:
        return within(float(getattr(settings, "WEBHOOKS_PER_SECOND", 100.0)))

    def prepare(self, delivery: "Delivery") -> Any:
        endpoint = WebhookEndpoint.objects.get(pk=delivery.recipient.removeprefix("endpoint:"))
        event = WebhookEvent.objects.get(pk=delivery.data["webhook_event"])
        state = EndpointState.DISABLED if endpoint.removed_at else endpoint.state
        return Parcel(
            state=str(state),
            url=endpoint.url,
            secrets=secrets_of(endpoint, timezone.now()),
            message_id=event.message_id,
            body=body_of(event),
        )

    def send(self, message: Message) -> Outcome:
        parcel: Parcel = message.extra
        if parcel.state != EndpointState.ACTIVE:
            return Outcome(Effect.FAILED, f"endpoint_{parcel.state}")
        headers = standard_webhook.headers(
            parcel.secrets, parcel.message_id, message.at, parcel.body
        )
        try:
            answer = http.request(
                "POST", parcel.url, body=parcel.body, headers=headers, rules=rules()
            )
        except http.AddressRefused as error:
            return Outcome(Effect.RETRY, str(error))
        except (http.NotSent, http.PerhapsSent) as error:
            return Outcome(Effect.RETRY, str(error)[:60])
        return _read(answer)

    def settle(self, delivery: "Delivery", outcome: Outcome) -> None:
        note_result(delivery, outcome, timezone.now())


def rules() -> http.Rules:
    return http.Rules(
        timeout=float(getattr(settings, "WEBHOOK_TIMEOUT", 15.0)),
        allow_http=bool(getattr(settings, "WEBHOOK_ALLOW_HTTP", False)),
        inside=tuple(getattr(settings, "WEBHOOK_ALLOWED_NETWORKS", ())),
    )


def body_of(event: WebhookEvent) -> bytes:
    content = {"type": event.type, "timestamp": event.at, "data": public_content(event.payload)}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), cls=WireEncoder).encode()


def secrets_of(endpoint: WebhookEndpoint, at: datetime) -> tuple[str, ...]:
    """The newest first; the one before it signs too until the rotation is over."""
    old = endpoint.previous_secret
    if old and endpoint.previous_until and endpoint.previous_until > at:
        return (endpoint.secret, old)
    return (endpoint.secret,)


def note_result(delivery: "Delivery", outcome: Outcome, at: datetime) -> None:
    """Keep the endpoint's health; switch it off where the rules say so, and record that."""
    pk = delivery.recipient.removeprefix("endpoint:")
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=pk)
    if outcome.effect == Effect.DELIVERED:
        endpoint.failing_since, endpoint.last_success = None, at
        endpoint.save(update_fields=["failing_since", "last_success"])
        return
    if endpoint.state != EndpointState.ACTIVE:
        return
    endpoint.failing_since = endpoint.failing_since or at
    days = int(getattr(settings, "WEBHOOK_DISABLE_AFTER_DAYS", 5))
    if outcome.code == "http_410":
        endpoint.state_reason = "gone"
    elif at - endpoint.failing_since >= timedelta(days=days):
        endpoint.state_reason = "failing"
    if endpoint.state_reason in ("gone", "failing"):
        endpoint.state = EndpointState.DISABLED
        data = {"reason": endpoint.state_reason, "since": endpoint.failing_since}
        record("webhookendpoint.disabled", endpoint, by=system_user("notifier"), at=at, data=data)
    endpoint.save(update_fields=["failing_since", "state", "state_reason"])


def _read(answer: http.Answer) -> Outcome:
    code = f"http_{answer.status}"
    if 200 <= answer.status < 300:
        return Outcome(Effect.DELIVERED, code)
    if answer.status == 410:
        return Outcome(Effect.FAILED, code)
    if 300 <= answer.status < 400:
        return Outcome(Effect.RETRY, "redirect")
    return Outcome(Effect.RETRY, code, retry_after=answer.retry_after)
