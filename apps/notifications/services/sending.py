"""Sending one claimed message: words filled in, no transaction open, the outcome written down."""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from django.db import Error, InterfaceError, OperationalError, connection

from apps.core.public_links import public_link
from apps.notifications import channels
from apps.notifications.channels import Channel, Message, Outcome
from apps.notifications.enums import CANNOT_STOP, Effect
from apps.notifications.models import Delivery
from apps.notifications.queries.words import render
from apps.notifications.services.claiming import claim
from apps.notifications.services.outcomes import record_outcome
from apps.notifications.services.presence import present
from apps.notifications.stop_links import stop_key

log = logging.getLogger(__name__)
ONCE_MORE = 0.5  # seconds between two tries to write an outcome down
_BEGIN = """
UPDATE notifications_delivery SET on_wire_since = clock_timestamp()
WHERE id = %s AND attempts = %s AND state = 'sending' AND lease_until > clock_timestamp()
"""


class NotBegun(Exception):
    """It could not be written down that a message goes out, so it must not go."""


class ClaimLost(NotBegun):
    """Somebody else has the message by now."""


class SendStart:
    """Writes down, durably, that this attempt is about to go out.

    Nothing is written where the other side drops doubles for ever: a repeat is safe there anyhow.
    """

    def __init__(self, delivery: Delivery, channel: Channel) -> None:
        self._attempt = [delivery.pk, delivery.attempts]
        self._is_needed = not channel.idempotent or channel.idempotent_for is not None
        self.is_made = False

    def __call__(self) -> None:
        """Raises NotBegun; then not a byte may leave."""
        if self._is_needed:
            try:
                with connection.cursor() as cursor:
                    cursor.execute(_BEGIN, self._attempt)
                    found = cursor.rowcount
            except Error as error:
                raise NotBegun from error
            if found != 1:
                raise ClaimLost
        self.is_made = True


def send_next(
    channel: Channel,
    *,
    worker: str,
    sender: int | None = None,
    claimed: Callable[[], None] = lambda: None,
) -> float | None:
    """Send one message if one is due and may go; the seconds to wait before the next look, None when
    there is nothing for this sender. ``claimed`` is called before a message is sent.

    ``sender`` is the number by which the database knows that this process lives. Raises NotBegun
    and errors of the database; whoever goes on after them lets go of his claims first.
    """
    mine = claim(channel, worker=worker, sender=sender)
    if mine.delivery is None:
        return mine.wait
    delivery, number = mine.delivery, mine.delivery.attempts
    try:
        claimed()
        template_id, outcome = _send(channel, delivery, mine.at or delivery.state_since)
    except ClaimLost:
        return 0.0  # it was taken for lost before it had begun, and is somebody else's now
    _write_down(delivery.pk, number, outcome, template_id, worker, channel.lease.total_seconds())
    return 0.0


def _write_down(
    pk: int, number: int, outcome: Outcome, template_id: int | None, worker: str, patience: float
) -> None:
    """What is known is not forgotten because the database restarts just now; ``patience`` seconds."""
    end = time.monotonic() + patience
    while True:
        try:
            record_outcome(pk, number, outcome, template_id=template_id, worker=worker)
            return
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or time.monotonic() >= end:
                raise
            log.exception("the outcome of message %s waits for the database", pk)
            connection.close()
            time.sleep(ONCE_MORE)


def send_due(name: str, *, worker: str, limit: int = 100) -> int:
    """Send up to ``limit`` messages of one channel, one after the other; return how many."""
    channel = channels.channel(name)
    sent = 0
    with present(worker) as sender:
        while sent < limit and send_next(channel, worker=worker, sender=sender) == 0.0:
            sent += 1
    return sent


def _send(channel: Channel, delivery: Delivery, at: datetime) -> tuple[int | None, Outcome]:
    template_id = None
    begin = SendStart(delivery, channel)
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
            begin=begin,
        )
    except Exception:  # a broken template or row must not stop the channel
        log.exception("message %s could not be prepared", delivery.pk)
        return template_id, Outcome(Effect.FAILED, "not_prepared")
    try:
        if not channel.begins_itself:
            begin()
        return template_id, channel.send(message)
    except NotBegun:
        raise
    except Exception:  # whatever a channel raises: once begun it may have been sent
        log.exception("channel %s broke on message %s", channel.name, delivery.pk)
        effect = Effect.AMBIGUOUS if begin.is_made else Effect.RETRY
        return template_id, Outcome(effect, "crashed", trouble=True)


def unsubscribe_link(delivery: Delivery) -> str:
    if delivery.audience in CANNOT_STOP:
        return ""
    return public_link("portal:stop", stop_key(delivery.pk))
