"""Sending one claimed message: words filled in, no transaction open, the outcome written down."""

import logging
from datetime import datetime

from apps.notifications import channels
from apps.notifications.channels import Channel, Message, Outcome
from apps.notifications.enums import CANNOT_STOP, Effect
from apps.notifications.models import Delivery
from apps.notifications.queries.public import public_link
from apps.notifications.queries.words import render
from apps.notifications.services.claiming import claim
from apps.notifications.services.outcomes import record_outcome
from apps.notifications.stop_links import stop_key

log = logging.getLogger(__name__)


def send_next(channel: Channel, *, worker: str) -> float:
    """Send one message if one is due and may go; the seconds to wait before the next look."""
    claimed = claim(channel, worker=worker)
    if claimed.delivery is None:
        return claimed.wait
    delivery, number = claimed.delivery, claimed.delivery.attempts
    template_id, outcome = _send(channel, delivery, claimed.at or delivery.state_since)
    record_outcome(delivery.pk, number, outcome, template_id=template_id, worker=worker)
    return 0.0


def send_due(name: str, *, worker: str, limit: int = 100) -> int:
    """Send up to ``limit`` messages of one channel, one after the other; return how many."""
    channel = channels.channel(name)
    sent = 0
    while sent < limit and send_next(channel, worker=worker) == 0.0:
        sent += 1
    return sent


def _send(channel: Channel, delivery: Delivery, at: datetime) -> tuple[int | None, Outcome]:
    template_id = None
    try:
        unsubscribe = unsubscribe_link(delivery)
        words = render(delivery, channel.shows, unsubscribe=unsubscribe)
        template_id = words.template_id
        message = Message(
            delivery_id=delivery.pk,
            topic=delivery.topic,
            recipient=delivery.recipient,
            address=delivery.address,
            language=delivery.language,
            subject=words.subject,
            text=words.text,
            key=delivery.idempotency_key.hex,
            number=delivery.attempts,
            at=at,
            link=delivery.link,
            unsubscribe=unsubscribe,
            urgent=delivery.urgent,
            provider_code=words.provider_code,
            fields=words.fields,
            extra=channel.prepare(delivery),
        )
    except Exception:  # a broken template or row must not stop the channel
        log.exception("message %s could not be prepared", delivery.pk)
        return template_id, Outcome(Effect.FAILED, "not_prepared")
    try:
        return template_id, channel.send(message)
    except Exception:  # whatever a channel raises: it may have been sent
        log.exception("channel %s broke on message %s", channel.name, delivery.pk)
        return template_id, Outcome(Effect.AMBIGUOUS, "crashed", trouble=True)


def unsubscribe_link(delivery: Delivery) -> str:
    if delivery.audience in CANNOT_STOP:
        return ""
    return public_link("portal:stop", stop_key(delivery.pk))
