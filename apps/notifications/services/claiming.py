"""Taking the next message of one channel, at the provider's pace and never twice.

The provider's row is locked for these few statements, so pace, concurrency and the limits per
address hold exactly for any number of workers. Nothing is sent here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction

from apps.notifications.channels import Channel
from apps.notifications.enums import DeliveryState, Effect, Step
from apps.notifications.models import Delivery, SendStamp, SuppressedAddress
from apps.notifications.queries.preferences import is_unwanted_by_now, quiet_end
from apps.notifications.services.chain import advance
from apps.notifications.services.rows import move, note

PASSES = 50  # messages put aside by one claim before it lets others in

_PROVIDER = """
INSERT INTO notifications_providerstate
    (channel, tokens, refilled, pause_reason, failures_in_row, last_code, access_token)
VALUES (%(channel)s, %(burst)s, clock_timestamp(), '', 0, '', '')
ON CONFLICT (channel) DO UPDATE SET
    tokens = LEAST(%(burst)s, notifications_providerstate.tokens + %(rate)s * GREATEST(0,
        EXTRACT(EPOCH FROM clock_timestamp() - notifications_providerstate.refilled))),
    refilled = clock_timestamp()
RETURNING tokens, EXTRACT(EPOCH FROM paused_until - clock_timestamp()), clock_timestamp()
"""
_UNDER_WAY = """
SELECT count(*) FROM notifications_delivery
WHERE channel = %s AND state = 'sending' AND lease_until > clock_timestamp()
"""
_NEXT = """
SELECT d.id FROM notifications_delivery d
WHERE d.channel = %(channel)s AND {urgent} AND d.state IN ('held', 'queued')
    AND d.carried_by_id IS NULL AND d.digest_key = '' AND d.due_at <= clock_timestamp() {one}
ORDER BY d.due_at LIMIT 1 {lock}
"""
_ONE = """AND NOT EXISTS (SELECT 1 FROM notifications_delivery s
    WHERE s.channel = d.channel AND s.state = 'sending' AND s.recipient = d.recipient)"""


@dataclass(frozen=True)
class Claim:
    """A message to send, or how many seconds to wait before asking again; None: somebody calls when
    there is something for one more sender."""

    delivery: Delivery | None
    wait: float | None = None
    at: datetime | None = None


@transaction.atomic
def claim(channel: Channel, *, worker: str, sender: int | None = None) -> Claim:
    """``sender``: the number of the process that will send it (``presence``). Without one its
    loss is noticed by the lease alone."""
    rate, burst = channel.pace()
    name = str(channel.name)
    with connection.cursor() as cursor:
        # Of all messages of a channel only one is being chosen at a time.
        cursor.execute(_PROVIDER, {"channel": name, "rate": rate, "burst": max(burst, 1.0)})
        tokens, paused, now = cursor.fetchone()
        if paused is not None and paused > 0:
            return Claim(None)
        if tokens < 1:
            return Claim(None, min((1 - tokens) / rate, 5.0))
        cursor.execute(_UNDER_WAY, [name])
        if cursor.fetchone()[0] >= channel.concurrency:
            return Claim(None)
    for _pass in range(PASSES):
        delivery_id = _next(channel)
        if delivery_id is None:
            return Claim(None)
        delivery = Delivery.objects.get(pk=delivery_id)
        if _may_go(delivery, channel, now):
            _start(delivery, channel, now, worker, sender)
            return Claim(delivery, 0.0, now)
    return Claim(None, 0.0)


def is_more_due(channel: Channel) -> bool:
    """Is there anything for one more sender?"""
    return _next(channel, look="") is not None


def _next(channel: Channel, look: str = "FOR UPDATE SKIP LOCKED") -> int | None:
    """An urgent one if there is one; the second look is made only where the first finds none."""
    one = _ONE if channel.one_per_recipient else ""
    urgent, other = (
        _NEXT.format(urgent=which, one=one, lock=look) for which in ("d.urgent", "NOT d.urgent")
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(({urgent}), ({other}))", {"channel": str(channel.name)})
        row = cursor.fetchone()
    return int(row[0]) if row and row[0] is not None else None


def _may_go(delivery: Delivery, channel: Channel, now: datetime) -> bool:
    """Put aside what must not go now: quiet hours, an address stopped since, its limits."""
    if not delivery.urgent:
        zone = ZoneInfo(settings.TIME_ZONE)
        until = quiet_end(now, delivery.quiet_from, delivery.quiet_until, zone)
        if until is not None:
            if delivery.state == DeliveryState.HELD:
                Delivery.objects.filter(pk=delivery.pk).update(due_at=until)
            else:
                move(delivery, DeliveryState.HELD, now=now, reason="quiet_hours", due_at=until)
            return False
        if delivery.topic and is_unwanted_by_now(delivery):
            move(delivery, DeliveryState.SUPPRESSED, now=now, reason="opted_out")
            note(delivery, Step.SYSTEM, Effect.SUPPRESSED, "opted_out")
            return False
    if delivery.address_index and _is_stopped(delivery):
        move(delivery, DeliveryState.SUPPRESSED, now=now, reason="address_stopped")
        note(delivery, Step.SYSTEM, Effect.SUPPRESSED, "address_stopped")
        advance(delivery, now=now)
        return False
    later = _limit_ends(delivery, channel, now)
    if later is not None:
        Delivery.objects.filter(pk=delivery.pk).update(due_at=later, state_reason="address_limit")
        return False
    return True


def _is_stopped(delivery: Delivery) -> bool:
    return SuppressedAddress.objects.filter(
        channel=delivery.channel, address_index=delivery.address_index, lifted_at__isnull=True
    ).exists()


def _limit_ends(delivery: Delivery, channel: Channel, now: datetime) -> datetime | None:
    """When this address may be written to again; None when it may be now (and is counted)."""
    limits = channel.limits_for(delivery.topic)
    if not limits or not delivery.address_index:
        return None
    key = channel.address_key(delivery.topic, delivery.address_index)
    later = limit_ends(key, limits, now)
    if later is None:
        SendStamp.objects.create(key=key, at=now)
    return later


def limit_ends(key: str, limits: Sequence[tuple[int, int]], now: datetime) -> datetime | None:
    """Sliding windows, exact: the caller holds a lock that covers the key."""
    for seconds, most in limits:
        since = now - timedelta(seconds=seconds)
        stamps = SendStamp.objects.filter(key=key, at__gt=since).order_by("-at")
        # The one that has to grow old before there is room again.
        for at in stamps.values_list("at", flat=True)[most - 1 : most]:
            ends: datetime = at + timedelta(seconds=seconds)
            return ends
    return None


def _start(
    delivery: Delivery, channel: Channel, now: datetime, worker: str, sender: int | None
) -> None:
    move(
        delivery,
        DeliveryState.SENDING,
        now=now,
        attempts=delivery.attempts + 1,
        first_attempt=delivery.first_attempt or now,
        worker=worker[:60],
        sender=sender,
        # By the database's clock; a worker that outlives it has lost the message.
        lease_until=now + channel.lease,
    )
    note(delivery, Step.STARTED, worker=worker[:60])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_providerstate SET tokens = tokens - 1 WHERE channel = %s",
            [str(channel.name)],
        )
