"""What was told on the days before: all of it arrived, each at its own time.

Services say when something happens by the database's clock, so these rows are written as they would
stand today; what happened to today's messages is played through the services.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from apps.core.database import write_columns
from apps.core.notice_types import Notice
from apps.desk.demo.orders import Shipped
from apps.events.models import Event
from apps.notifications.enums import ChannelName, DeliveryState, Effect, Step
from apps.notifications.models import Attempt, Delivery
from apps.notifications.services.rows import NewDelivery, insert
from apps.tracking.enums import Status
from apps.tracking.models import Waybill
from apps.tracking.notices import TOPIC_OF_STATUS, shipment_facts

WORKER = "demo"


def pickups(shipped: list[Shipped], before: datetime) -> list[Notice]:
    """What each consignee was told when the parcel was picked up, oldest first; not where that is
    still the newest there is to say."""
    by_id = {str(one.waybill.pk): one.waybill for one in shipped}
    events = Event.objects.filter(
        kind="waybill.status_changed", subject_id__in=by_id,
        data__to=str(Status.PICKED_UP), at__lt=before,
    )  # fmt: skip
    moved = Waybill.objects.filter(pk__in=by_id).exclude(status=Status.PICKED_UP)
    known = {str(pk) for pk in moved.values_list("pk", flat=True)}
    found = []
    for event in events.order_by("at", "pk"):
        if event.subject_id not in known:
            continue
        waybill = by_id[event.subject_id]
        facts = {**shipment_facts(waybill), "to": str(Status.PICKED_UP), "when": event.at}
        found.append(
            Notice(
                topic=TOPIC_OF_STATUS[Status.PICKED_UP],
                cause=f"status:{waybill.pk}:{Status.PICKED_UP}::{event.at.timestamp():.0f}",
                at=event.at,
                event=event,
                waybill=waybill,
                data=facts,
                personal={"consignee": waybill.consignee_name},
            )
        )
    return found


def tell_earlier(rows: Sequence[tuple[NewDelivery, datetime]]) -> None:
    """Three statements, however many there are. Where a channel confirms, the receipt is there."""
    times = {row.cause: at for row, at in rows}
    made = insert([row for row, _at in rows])
    deliveries = Delivery.objects.filter(pk__in=made).order_by("pk")
    mark_as_sent([(delivery, times[delivery.cause]) for delivery in deliveries])


def mark_as_sent(messages: Sequence[tuple[Delivery, datetime]]) -> None:
    """Rows that were queued, as they would stand had each been told then."""
    history = []
    for delivery, at in messages:
        sent = at + timedelta(seconds=4 + delivery.pk % 40)
        delivery.created_at = delivery.due_at = at
        delivery.first_attempt, delivery.attempts = sent, 1
        arrived = _arrival(delivery, sent)
        delivery.state = DeliveryState.DELIVERED if arrived else DeliveryState.ACCEPTED
        delivery.state_since, delivery.delivered_at = arrived or sent, arrived
        attempts = _history(delivery, sent, arrived)
        delivery.state_reason = attempts[-1].code
        history += attempts
    fields = ["created_at", "due_at", "first_attempt", "attempts", "state", "state_since"]
    write_columns([one for one, _at in messages], [*fields, "state_reason", "delivered_at"])
    Attempt.objects.bulk_create(history)


def _arrival(delivery: Delivery, sent: datetime) -> datetime | None:
    """As far as anybody hears of it."""
    if delivery.channel == ChannelName.WEBHOOK:
        return sent
    confirmed = delivery.channel in (ChannelName.SMS, ChannelName.WECHAT)
    return sent + timedelta(seconds=9) if confirmed else None


def _history(delivery: Delivery, sent: datetime, arrived: datetime | None) -> list[Attempt]:
    if delivery.channel == ChannelName.WEBHOOK:
        taken = Attempt(
            delivery=delivery, at=sent, number=1, step=Step.ANSWERED, effect=Effect.DELIVERED,
            code="http_204", worker=WORKER,
        )  # fmt: skip
        return [taken]
    answered = Attempt(
        delivery=delivery, at=sent, number=1, step=Step.ANSWERED, effect=Effect.ACCEPTED,
        code="OK" if arrived else "250", worker=WORKER,
    )  # fmt: skip
    if arrived is None:
        return [answered]
    receipt = Attempt(
        delivery=delivery, at=arrived, number=1, step=Step.RECEIPT, effect=Effect.DELIVERED,
        code="DELIVERED",
    )  # fmt: skip
    return [answered, receipt]
