"""Messages whose sender is gone: free again where nothing can have left, unclear elsewhere.

Before a channel lets the first byte of a message out it has ``sending.SendStart`` written down and
committed. A claim without that mark cannot have been sent, and whoever was stopped before it and
goes on later finds that the delivery is no longer its own.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from apps.core.database import database_now
from apps.notifications import channels
from apps.notifications.channels import Channel
from apps.notifications.enums import DeliveryState, Step
from apps.notifications.models import Delivery, SendStamp
from apps.notifications.services.outcomes import make_unclear
from apps.notifications.services.presence import gone
from apps.notifications.services.rows import move, note

BATCH = 200


@transaction.atomic
def expire_leases(limit: int = BATCH) -> int:
    """What is under way with a sender that is gone, or past its lease with one that hangs."""
    lost = Q(lease_until__lt=Now()) | Q(sender__in=gone())
    return _lose(lost, limit)


@transaction.atomic
def let_go(worker: str, sender: int) -> int:
    """What this worker, who stumbled and has nothing in hand, still holds by its row."""
    return _lose(Q(worker=worker[:60], sender=sender), BATCH)


def _lose(which: Q, limit: int) -> int:
    lost = list(
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(which, state=DeliveryState.SENDING)
        .order_by("lease_until")[:limit]
    )
    now = database_now()
    for delivery in lost:
        if channels.known(delivery.channel):
            lose(delivery, channels.channel(delivery.channel), now)
    return len(lost)


def lose(delivery: Delivery, channel: Channel, now: datetime) -> None:
    """The caller holds the row's lock."""
    if delivery.sender is not None and delivery.on_wire_since is None:
        note(delivery, Step.SYSTEM, code="sender_gone", worker=delivery.worker)
        _uncount(delivery, channel)
        move(delivery, DeliveryState.QUEUED, now=now, reason="sender_gone", due_at=now)
        return
    note(delivery, Step.TIMED_OUT, worker=delivery.worker)
    if channel.is_safe_to_repeat(delivery.first_attempt, now):
        move(delivery, DeliveryState.QUEUED, now=now, reason="worker_lost", due_at=now)
    else:
        make_unclear(delivery, channel, "worker_lost", now)


def _uncount(delivery: Delivery, channel: Channel) -> None:
    """What never left does not count against its address: a code would wait a minute for it."""
    if delivery.address_index:
        key = channel.address_key(delivery.topic, delivery.address_index)
        SendStamp.objects.filter(key=key, at=delivery.state_since).delete()
