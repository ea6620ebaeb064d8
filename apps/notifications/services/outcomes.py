"""What became of an attempt, written down; and what follows from it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction

from apps.accounts.queries import system_user
from apps.core.database import database_now
from apps.notifications import channels
from apps.notifications.addresses import label_of
from apps.notifications.backoff import pause_after, wait_before
from apps.notifications.channels import Channel, Outcome
from apps.notifications.enums import DeliveryState, Effect, Step, SuppressionReason
from apps.notifications.models import Delivery, SuppressedAddress
from apps.notifications.services.chain import advance, next_links
from apps.notifications.services.rows import locked, move, note

if TYPE_CHECKING:
    from apps.accounts.models import User

SUCCESS = frozenset({Effect.ACCEPTED, Effect.DELIVERED, Effect.READ, Effect.HANDED_OVER})
FIRST_QUESTION = timedelta(seconds=20)
STATE_OF = {
    Effect.ACCEPTED: DeliveryState.ACCEPTED,
    Effect.DELIVERED: DeliveryState.DELIVERED,
    Effect.READ: DeliveryState.READ,
    Effect.FAILED: DeliveryState.FAILED,
    Effect.SUPPRESSED: DeliveryState.SUPPRESSED,
    Effect.HANDED_OVER: DeliveryState.HANDED_OVER,
}
# How far along a message is: news from further back changes nothing.
_PROGRESS = {DeliveryState.ACCEPTED: 1, DeliveryState.DELIVERED: 2, DeliveryState.READ: 3}


@transaction.atomic
def record_outcome(
    delivery_id: int,
    number: int,
    outcome: Outcome,
    *,
    step: Step = Step.ANSWERED,
    template_id: int | None = None,
    worker: str = "",
) -> Delivery:
    """Write down what attempt ``number`` came to. An answer that comes after the lease ran out
    still settles the message if it is unclear, and is only noted otherwise."""
    delivery = locked(delivery_id)
    channel = channels.channel(delivery.channel)
    now = database_now()
    note(
        delivery,
        step,
        outcome.effect,
        outcome.code,
        answer=dict(outcome.answer),
        template_id=template_id,
        worker=worker[:60],
    )
    if delivery.attempts != number or delivery.state not in (
        DeliveryState.SENDING,
        DeliveryState.AMBIGUOUS,
    ):
        return delivery
    if delivery.state == DeliveryState.AMBIGUOUS and outcome.effect == Effect.AMBIGUOUS:
        return delivery
    apply(delivery, channel, outcome, now)
    channel.settle(delivery, outcome)
    if step == Step.ANSWERED:
        note_provider(channel, outcome)
    return delivery


def apply(delivery: Delivery, channel: Channel, outcome: Outcome, now: datetime) -> None:
    """Move the message as the outcome says; the caller holds its lock."""
    effect = outcome.effect
    if effect == Effect.AMBIGUOUS and channel.is_safe_to_repeat(delivery.first_attempt, now):
        effect = Effect.RETRY
    if effect == Effect.RETRY:
        _retry(delivery, channel, outcome, now)
    elif effect == Effect.AMBIGUOUS:
        make_unclear(delivery, channel, outcome.code, now)
    elif effect in STATE_OF:
        _settle(delivery, channel, outcome, STATE_OF[effect], now)


def _settle(
    delivery: Delivery, channel: Channel, outcome: Outcome, to: DeliveryState, now: datetime
) -> None:
    changes: dict[str, object] = {}
    if outcome.ref:
        changes["provider_ref"] = outcome.ref
    if to == DeliveryState.ACCEPTED:
        changes["fallback_due"] = fallback_due(delivery, channel, now)
    if to == DeliveryState.READ:
        changes["read_on"] = now
    move(delivery, to, now=now, reason=outcome.code, **changes)
    if to == DeliveryState.SUPPRESSED:
        stop_address(delivery, outcome.code)
    if to in (DeliveryState.FAILED, DeliveryState.SUPPRESSED):
        advance(delivery, now=now)


def fallback_due(delivery: Delivery, channel: Channel, now: datetime) -> datetime | None:
    """Where the channel confirms nothing, being accepted is all there will ever be."""
    if not delivery.fallback_minutes or not channel.confirms or not delivery.chain:
        return None
    return now + timedelta(minutes=delivery.fallback_minutes)


def _retry(delivery: Delivery, channel: Channel, outcome: Outcome, now: datetime) -> None:
    wait = wait_before(delivery.attempts, channel.waits, asked=outcome.retry_after)
    began = delivery.first_attempt or now
    if wait is not None and delivery.fallback_minutes and next_links(delivery):
        patience = timedelta(minutes=delivery.fallback_minutes)
        if now + wait - began > patience:
            wait = None
    if wait is None:
        move(delivery, DeliveryState.FAILED, now=now, reason=f"gave up: {outcome.code}")
        advance(delivery, now=now)
        return
    move(delivery, DeliveryState.QUEUED, now=now, reason=outcome.code, due_at=now + wait)


def make_unclear(delivery: Delivery, channel: Channel, code: str, now: datetime) -> None:
    """``due_at`` is now when the provider is asked, or a person is, whichever comes first."""
    ask = FIRST_QUESTION if channel.can_ask else channel.patience
    minutes = delivery.fallback_minutes
    due = now + timedelta(minutes=minutes) if minutes and delivery.chain else None
    move(
        delivery,
        DeliveryState.AMBIGUOUS,
        now=now,
        reason=code,
        due_at=now + ask,
        fallback_due=due,
    )


def take_receipt(delivery: Delivery, outcome: Outcome, now: datetime) -> bool:
    """A word from the provider about a message it took; whether it changed anything."""
    note(delivery, Step.RECEIPT, outcome.effect, outcome.code, answer=dict(outcome.answer))
    to, state = STATE_OF.get(outcome.effect), DeliveryState(delivery.state)
    if to is None or state == to:
        return False
    if _PROGRESS.get(state, 0) >= _PROGRESS.get(to, 9):
        return False
    if to in (DeliveryState.FAILED, DeliveryState.SUPPRESSED) and state not in (
        DeliveryState.ACCEPTED,
        DeliveryState.AMBIGUOUS,
        DeliveryState.SENDING,
    ):
        return False
    if state in (DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SUPPRESSED):
        return False
    channel = channels.channel(delivery.channel)
    _settle(delivery, channel, outcome, to, now)
    return True


def stop_address(delivery: Delivery, code: str, by: "User | None" = None) -> None:
    if not delivery.address_index:
        return
    SuppressedAddress.objects.bulk_create(
        [
            SuppressedAddress(
                channel=delivery.channel,
                address_index=delivery.address_index,
                label=label_of(delivery.channel, delivery.address),
                reason=SuppressionReason.BOUNCED,
                code=code[:60],
                delivery=delivery,
                created_by=by or system_user("notifier"),
            )
        ],
        ignore_conflicts=True,
    )


_SUCCEEDED = """
UPDATE notifications_providerstate SET failures_in_row = 0, last_success = clock_timestamp(),
    paused_until = NULL, pause_reason = '' WHERE channel = %s
"""
_FAILED = """
UPDATE notifications_providerstate SET failures_in_row = failures_in_row + 1,
    last_failure = clock_timestamp(), last_code = %s WHERE channel = %s RETURNING failures_in_row
"""
_PAUSE = """
UPDATE notifications_providerstate SET pause_reason = %s,
    paused_until = GREATEST(paused_until, clock_timestamp() + make_interval(secs => %s)) WHERE channel = %s
"""


def note_provider(channel: Channel, outcome: Outcome) -> None:
    """Keep the provider's health; after several failures in a row it is left alone a while."""
    name = str(channel.name)
    with connection.cursor() as cursor:
        if not outcome.trouble:
            if outcome.effect in SUCCESS:
                cursor.execute(_SUCCEEDED, [name])
            return
        cursor.execute(_FAILED, [outcome.code[:60], name])
        row = cursor.fetchone()
        pause = pause_after(row[0]) if row and channel.breaks else None
        if outcome.pause is not None:
            pause = max(pause or timedelta(0), timedelta(seconds=outcome.pause))
        if pause:
            cursor.execute(_PAUSE, [outcome.code[:60], pause.total_seconds(), name])
