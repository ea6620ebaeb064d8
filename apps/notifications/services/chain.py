"""What comes after a channel that did not get through: the next one, and in the end a person."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.accounts.models import User
from apps.core.public_links import staff_page
from apps.notifications import channels
from apps.notifications.addresses import index_of
from apps.notifications.channels.phone import add_task
from apps.notifications.enums import Audience, DeliveryState, TaskReason
from apps.notifications.models import Delivery, NotificationPolicy, SuppressedAddress
from apps.notifications.queries.preferences import quiet_end
from apps.notifications.services.rows import NewDelivery, insert, move
from apps.notifications.topics import TOPICS

UNDELIVERED, CASE_UNDELIVERED = "staff.undelivered", "staff.case_undelivered"
OUTSIDE = frozenset(
    {
        *(Audience.CUSTOMER_CONTACTS, Audience.CONSIGNEE, Audience.SENDER, Audience.SUBSCRIBER),
        *(Audience.CASE_CONTACT, Audience.FINANCE_CONTACTS),
    }
)


def next_links(delivery: Delivery) -> list[list[str]]:
    return json.loads(delivery.chain) if delivery.chain else []


def advance(delivery: Delivery, *, now: datetime) -> int | None:
    """Queue the message on its next usable channel; the id of that delivery.

    When none is left the customer's agent is notified that somebody was not reached. The caller holds the
    delivery's lock: one that was taken over once, as for want of a receipt, is taken over no more,
    whatever comes later.
    """
    if Delivery.objects.filter(previous=delivery).exists():
        return None
    links = next_links(delivery)
    while links:
        channel, address = links.pop(0)
        if not _is_usable(channel, address):
            continue
        added = insert([_successor(delivery, channel, address, links, now)])
        if added:
            if delivery.is_digest:
                Delivery.objects.filter(carried_by=delivery).update(carried_by=added[0])
            return added[0]
    _tell_agent(delivery, now)
    return None


def _is_usable(channel: str, address: str) -> bool:
    if not channels.known(channel) or not channels.channel(channel).configured():
        return False
    return not SuppressedAddress.objects.filter(
        channel=channel, address_index=index_of(address), lifted_at__isnull=True
    ).exists()


def _successor(
    delivery: Delivery, channel: str, address: str, rest: list[list[str]], now: datetime
) -> NewDelivery:
    quiet = None
    state, due, reason = DeliveryState.QUEUED, now, "fallback"
    if delivery.quiet_from is not None and delivery.quiet_until is not None:
        quiet = (delivery.quiet_from, delivery.quiet_until)
        until = quiet_end(now, *quiet, ZoneInfo(settings.TIME_ZONE))
        if until is not None and not delivery.urgent:
            state, due, reason = DeliveryState.HELD, until, "quiet_hours"
    return NewDelivery(
        cause=delivery.cause,
        topic=delivery.topic,
        audience=delivery.audience,
        channel=channel,
        address=address,
        recipient=delivery.recipient,
        label=delivery.recipient_label,
        language=delivery.language,
        event_id=delivery.event_id,
        policy_id=delivery.policy_id,
        waybill_id=delivery.waybill_id,
        customer_id=delivery.customer_id,
        case_id=delivery.case_id,
        data=delivery.data,
        personal=json.loads(delivery.personal) if delivery.personal else {},
        link=delivery.link,
        urgent=delivery.urgent,
        quiet=quiet,
        chain=rest,
        previous_id=delivery.pk,
        fallback_minutes=delivery.fallback_minutes,
        state=state,
        due_at=due,
        reason=reason,
    )


def _tell_agent(delivery: Delivery, now: datetime) -> None:
    """Nobody outside was reached: a person inside has to know."""
    agent = _whose_business(delivery)
    if delivery.audience not in OUTSIDE or agent is None:
        return
    topic = CASE_UNDELIVERED if delivery.case_id else UNDELIVERED
    policy = NotificationPolicy.objects.filter(
        topic=topic, audience=Audience.AGENT, active=True
    ).first()
    if policy is None:
        return
    insert(
        [
            NewDelivery(
                cause=f"undelivered:{delivery.cause}:{delivery.recipient}"[:120],
                topic=topic,
                audience=Audience.AGENT,
                channel="in_app",
                recipient=f"user:{agent.pk}",
                label=str(agent),
                language=agent.language,
                policy_id=policy.pk,
                waybill_id=delivery.waybill_id,
                customer_id=delivery.customer_id,
                case_id=delivery.case_id,
                data={
                    "number": delivery.data.get("number", ""),
                    "case": delivery.data.get("case", ""),
                    "customer": delivery.customer.display_name if delivery.customer else "",
                    "detail": f"{_topic_label(delivery)} · {delivery.recipient_label}",
                    "when": now,
                },
                link=staff_page(delivery.case) if delivery.case else "",
                due_at=now,
            )
        ]
    )


def _whose_business(delivery: Delivery) -> User | None:
    """Who has the case; else the customer's agent."""
    if delivery.case is not None:
        return delivery.case.owner
    return delivery.customer.agent if delivery.customer else None


def _topic_label(delivery: Delivery) -> str:
    known = TOPICS.get(delivery.topic)
    return str(known.label) if known else delivery.topic


def hand_to_person(delivery: Delivery, reason: TaskReason, *, now: datetime) -> Delivery:
    """A call for this very message goes into the queue; the caller holds its lock."""
    move(delivery, DeliveryState.HANDED_OVER, now=now, reason=str(reason))
    add_task(delivery, reason)
    return delivery
