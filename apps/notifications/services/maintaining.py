"""What has to happen although nobody calls: lost workers, digests, fallbacks, open questions.

Each sweep claims its rows with SKIP LOCKED by the database's clock; any number may run.
"""

import logging
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models.functions import Now

from apps.core.database import database_now
from apps.notifications import channels
from apps.notifications.channels import Channel, Outcome, Question
from apps.notifications.enums import DeliveryState, Effect, Step, TaskReason
from apps.notifications.models import Attempt, Delivery, OneTimeCode, SendStamp
from apps.notifications.services.chain import advance, hand_to_person
from apps.notifications.services.digests import gather
from apps.notifications.services.losing import expire_leases
from apps.notifications.services.outcomes import record_outcome
from apps.notifications.services.rows import locked, move, note

log = logging.getLogger(__name__)
BATCH = 200
KEEP_STAMPS = timedelta(hours=25)
ASK_AGAIN = (30, 60, 300, 900, 3600)
SOFT_LEASE = timedelta(seconds=90)
# Long enough to notice a process that was started without its settings.
WITHOUT_SETTINGS = timedelta(minutes=30)


def maintain() -> int:
    """One round of every sweep that asks nobody outside; how many rows it dealt with."""
    return expire_leases() + gather() + run_fallbacks()


@transaction.atomic
def run_fallbacks(limit: int = BATCH) -> int:
    """Nothing was confirmed in time: the next channel takes over."""
    due = list(
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(fallback_due__lte=Now())
        .order_by("fallback_due")[:limit]
    )
    now = database_now()
    for delivery in due:
        delivery.fallback_due = None
        delivery.save(update_fields=["fallback_due"])
        note(delivery, Step.SYSTEM, "", "not_confirmed_in_time")
        advance(delivery, now=now)
    return len(due)


def look_after_unused_channels(limit: int = BATCH) -> int:
    """Channels without settings send nothing and ask nobody: what was queued before they were
    taken out moves on to the next channel, what is unclear goes to a person in its time."""
    unused = [channel for channel in channels.all_channels() if not channel.configured()]
    if not unused:
        return 0
    done = sum(ask_about_unclear(channel) for channel in unused)
    return done + _pass_over([str(channel.name) for channel in unused], limit)


@transaction.atomic
def _pass_over(names: list[str], limit: int) -> int:
    waiting = list(
        Delivery.objects.waiting()
        .on_its_own()
        .select_for_update(skip_locked=True, of=("self",))
        .filter(channel__in=names, digest_key="", due_at__lte=Now() - WITHOUT_SETTINGS)
        .order_by("due_at")[:limit]
    )
    now = database_now()
    for delivery in waiting:
        move(delivery, DeliveryState.FAILED, now=now, reason="not_set_up")
        note(delivery, Step.SYSTEM, Effect.FAILED, "not_set_up")
        advance(delivery, now=now)
    return len(waiting)


def ask_about_unclear(channel: Channel, limit: int = 20) -> int:
    """Ask the provider about messages whose fate is unclear, with no transaction open."""
    done = 0
    while done < limit and _ask_one(channel):
        done += 1
    return done


def _ask_one(channel: Channel) -> bool:
    question = _next_question(channel)
    if question is None:
        return False
    delivery, number = question
    outcome = Outcome(Effect.PENDING, "cannot_ask")
    if channel.can_ask and channel.configured():
        try:
            outcome = channel.query(
                Question(
                    delivery.pk,
                    delivery.address,
                    delivery.provider_ref,
                    delivery.idempotency_key.hex,
                    delivery.first_attempt or delivery.created_at,
                    delivery.state_since,
                )
            )
        except Exception:  # whatever a channel raises, the message stays unclear
            log.exception("asking %s about message %s failed", channel.name, delivery.pk)
            outcome = Outcome(Effect.PENDING, "crashed")
    if outcome.effect in (Effect.PENDING, Effect.UNKNOWN):
        _still_unclear(delivery.pk, number, channel, outcome)
    else:
        record_outcome(delivery.pk, number, outcome, step=Step.ASKED)
    return True


@transaction.atomic
def _next_question(channel: Channel) -> tuple[Delivery, int] | None:
    delivery = (
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(channel=str(channel.name), state=DeliveryState.AMBIGUOUS, due_at__lte=Now())
        .filter(carried_by__isnull=True)
        .order_by("due_at")
        .first()
    )
    if delivery is None:
        return None
    # Others leave it alone while the provider is being asked.
    Delivery.objects.filter(pk=delivery.pk).update(due_at=Now() + SOFT_LEASE)
    return delivery, delivery.attempts


@transaction.atomic
def _still_unclear(delivery_id: int, number: int, channel: Channel, outcome: Outcome) -> None:
    delivery = locked(delivery_id)
    if delivery.state != DeliveryState.AMBIGUOUS or delivery.attempts != number:
        return
    now = database_now()
    if channel.can_ask and channel.configured():
        note(delivery, Step.ASKED, outcome.effect, outcome.code, answer=dict(outcome.answer))
    waited = now - delivery.state_since
    if outcome.effect == Effect.UNKNOWN and waited >= channel.settling:
        # Proved: the provider never had it.
        move(delivery, DeliveryState.QUEUED, now=now, reason="proved_not_sent", due_at=now)
        return
    if waited >= channel.patience:
        _give_to_person(delivery, now)
        return
    asked = Attempt.objects.filter(delivery=delivery, number=number, step=Step.ASKED).count()
    pause = timedelta(seconds=ASK_AGAIN[min(asked, len(ASK_AGAIN)) - 1])
    if outcome.effect == Effect.UNKNOWN:
        pause = min(pause, channel.settling - waited)
    Delivery.objects.filter(pk=delivery.pk).update(due_at=now + pause)


def _give_to_person(delivery: Delivery, at: datetime) -> None:
    """Unless another channel has taken over already: then it is written off."""
    if Delivery.objects.filter(previous=delivery).exists():
        move(delivery, DeliveryState.FAILED, now=at, reason="never_confirmed")
        note(delivery, Step.SYSTEM, Effect.FAILED, "never_confirmed")
    else:
        hand_to_person(delivery, TaskReason.AMBIGUOUS, now=at)
        note(delivery, Step.SYSTEM, Effect.HANDED_OVER, "never_confirmed")


def purge_stamps() -> int:
    """Counted messages are of no use after the longest window, and neither are old codes."""
    OneTimeCode.objects.filter(expires_at__lt=Now() - KEEP_STAMPS).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {SendStamp._meta.db_table} WHERE at < clock_timestamp() - make_interval(secs => %s)",  # noqa: S608  # our own table's name
            [KEEP_STAMPS.total_seconds()],
        )
        return int(cursor.rowcount)
