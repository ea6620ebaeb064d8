"""What recorded events mean to people: which topic, about which shipment, with which facts.

Set-based: a thousand events cost as many queries as one.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.core.masking import Known, mask_text
from apps.customers.models import Customer
from apps.events.models import Event
from apps.notifications.models import WebhookEndpoint
from apps.notifications.queries import cases, clocks, exceptions
from apps.notifications.queries.notice import Notice
from apps.notifications.topics import WEBHOOK_KINDS
from apps.orders.models import DeclaredCount, WorkOrder
from apps.tracking.enums import LateKind, Status
from apps.tracking.models import LateShipment, Waybill
from apps.tracking.places import city_named, is_somebody, read_place

# Only these moves are told to people; the rest shows on the page that they can open.
TOPIC_OF_STATUS = {
    Status.PICKED_UP: "waybill.picked_up",
    Status.OUT_FOR_DELIVERY: "waybill.out_for_delivery",
    Status.READY_FOR_PICKUP: "waybill.ready_for_pickup",
    Status.DELIVERED: "waybill.delivered",
    Status.ATTEMPT_FAILED: "waybill.attempt_failed",
    Status.REFUSED: "waybill.refused",
    Status.EXCEPTION: "waybill.exception",
    Status.RETURNING: "waybill.returning",
}
# The same status for another reason is news here; elsewhere it is a detail.
NEWS_BY_REASON = frozenset({Status.ATTEMPT_FAILED, Status.EXCEPTION})
# Lost and misrouted ones are told by their status.
LATE_TOLD = frozenset({LateKind.MISSED, LateKind.WILL_MISS, LateKind.STUCK})
# Providers refuse a parameter without a value.
_NO_CITY = "—"
_TOLD_OF = (
    *("number", "status", "concluded_at", "customer", "goods_name", "last_place"),
    *("origin_city", "destination_city", "expected_at", "promised_at"),
    *("consignee_name", "consignee_phone", "sender_name", "sender_phone"),
)
STAFF_KINDS = {
    "workorder.assigned": "staff.order_assigned",
    "workorder.sent_to_centre": "staff.order_to_print",
    "orders.count_mismatch": "staff.count_mismatch",
    "lateshipment.opened": "staff.late_opened",
}


def notices_of(events: Sequence[Event]) -> list[Notice]:
    """What people are told of, in order; an event that tells nobody anything is left out."""
    found: list[Notice] = []
    for kinds, read in _READERS:
        mine = [event for event in events if event.kind in kinds]
        if mine:
            found += read(mine)
    return sorted(found, key=lambda h: h.event.pk if h.event else 0)


def waybills_of(events: Iterable[Event]) -> dict[str, Waybill]:
    """By the event's subject, with what messages say of a shipment and whom they go to."""
    ids = {int(event.subject_id) for event in events}
    waybills = list(Waybill.objects.filter(pk__any_of=ids).only(*_TOLD_OF))
    # Few customers send most of them, so each is read once.
    customers = Customer.objects.in_bulk({waybill.customer_id for waybill in waybills})
    for waybill in waybills:
        waybill.customer = customers[waybill.customer_id]
    return {str(waybill.pk): waybill for waybill in waybills}


def shipment_facts(waybill: Waybill) -> dict[str, Any]:
    names = (waybill.consignee_name, waybill.sender_name)
    phones = (waybill.consignee_phone, waybill.sender_phone)
    place = read_place(waybill.last_place)
    return {
        "number": waybill.number,
        # Followers have proved nothing, and customers write people and whole addresses into these.
        "goods": mask_text(waybill.goods_name, Known(names, phones)),
        "from_city": city_named(waybill.origin_city) or _NO_CITY,
        "to_city": city_named(waybill.destination_city) or _NO_CITY,
        "expected": waybill.expected_at or waybill.promised_at,
        "promised": waybill.promised_at,
        "place": place.name if place and not is_somebody(place, names) else "",
    }


def _status_changes(events: Sequence[Event]) -> list[Notice]:
    waybills = waybills_of(events)
    found = []
    for event in events:
        waybill = waybills.get(event.subject_id)
        to, reason = str(event.data.get("to", "")), str(event.data.get("reason", ""))
        topic = TOPIC_OF_STATUS.get(to)  # type: ignore[call-overload]  # a str enum's members are strings
        if waybill is None or topic is None or not _is_news(event, waybill):
            continue
        at = _instant(event.data.get("occurred_at")) or event.at
        found.append(
            Notice(
                topic=topic,
                # Two events that say the same tell it once.
                cause=f"status:{waybill.pk}:{to}:{reason}:{at.timestamp():.0f}",
                at=at,
                event=event,
                waybill=waybill,
                customer=waybill.customer,
                data={**shipment_facts(waybill), "to": to, "reason": reason, "when": at},
                personal={"consignee": waybill.consignee_name},
            )
        )
    return found


def _is_news(event: Event, waybill: Waybill) -> bool:
    """Not when the shipment has moved on meanwhile, nor for a detail of what is known."""
    to = event.data.get("to")
    if waybill.status != to:
        return False
    return event.data.get("from") != to or to in NEWS_BY_REASON


def _running_late(events: Sequence[Event]) -> list[Notice]:
    waybills = waybills_of(events)
    found = []
    for event in events:
        waybill, why = waybills.get(event.subject_id), str(event.data.get("why", ""))
        if waybill is None or why not in LATE_TOLD or waybill.concluded_at is not None:
            continue
        facts = shipment_facts(waybill) | {"why": why, "when": event.at, "to": Status.LATE}
        facts["expected"] = _future(event.data.get("expected")) or _future(waybill.expected_at)
        found.append(
            Notice(
                topic="waybill.late",
                cause=f"event:{event.pk}",
                at=event.at,
                event=event,
                waybill=waybill,
                customer=waybill.customer,
                data=facts,
                personal={"consignee": waybill.consignee_name},
            )
        )
    return found


def _late_opened(events: Sequence[Event]) -> list[Notice]:
    cases = {
        str(case.pk): case
        for case in LateShipment.objects.filter(
            pk__in={event.subject_id for event in events}
        ).select_related("waybill__customer")
    }
    found = []
    for event in events:
        case = cases.get(event.subject_id)
        if case is not None:
            waybill = case.waybill
            notice = _for_staff(
                event, waybill.customer, {"number": waybill.number, "why": case.kind}
            )
            notice.waybill = waybill
            found.append(notice)
    return found


def _orders(events: Sequence[Event]) -> list[Notice]:
    orders = {
        str(order.pk): order
        for order in WorkOrder.objects.filter(pk__in={event.subject_id for event in events})
        .select_related("customer")
        .prefetch_related("waybills")
    }
    found = []
    for event in events:
        order = orders.get(event.subject_id)
        if order is None:
            continue
        if event.kind == "workorder.confirmed":
            found.append(_confirmed(event, order))
            continue
        notice = _for_staff(event, order.customer, {"order": order.number, "due": order.due_at})
        notice.owner_id, notice.unit_id = order.owner_id, order.centre_id
        found.append(notice)
    return found


def _confirmed(event: Event, order: WorkOrder) -> Notice:
    waybills = list(order.waybills.all())
    first = waybills[0] if waybills else None
    data = {
        "order": order.number,
        "count": len(waybills),
        "numbers": [waybill.number for waybill in waybills],
        "goods": order.goods_name,
        "from_city": first.origin_city if first else "",
        "to_city": first.destination_city if first else "",
        "when": event.at,
    }
    return Notice(
        topic="order.confirmed",
        cause=f"event:{event.pk}",
        at=event.at,
        event=event,
        waybill=first if len(waybills) == 1 else None,
        customer=order.customer,
        data=data,
    )


def _counts(events: Sequence[Event]) -> list[Notice]:
    counts = {
        str(count.pk): count
        for count in DeclaredCount.objects.filter(
            pk__in={event.subject_id for event in events}
        ).select_related("customer")
    }
    return [
        _for_staff(
            event,
            counts[event.subject_id].customer,
            {"detail": f"{event.data.get('declared')} / {event.data.get('received')}"},
        )
        for event in events
        if event.subject_id in counts
    ]


def _endpoints(events: Sequence[Event]) -> list[Notice]:
    endpoints = WebhookEndpoint.objects.select_related("customer").in_bulk(
        [int(event.subject_id) for event in events]
    )
    found = []
    for event in events:
        endpoint = endpoints.get(int(event.subject_id))
        if endpoint is None:
            continue
        for topic in ("staff.endpoint_disabled", "endpoint.disabled"):
            notice = _for_staff(event, endpoint.customer, {"detail": endpoint.url})
            notice.topic, notice.cause = topic, f"{topic}:{event.pk}"
            found.append(notice)
    return found


def _calendars(events: Sequence[Event]) -> list[Notice]:
    """The official list of a year that a working calendar lacks (CMP-2)."""
    return [
        Notice(
            topic="staff.calendar_missing",
            cause=f"event:{event.pk}",
            at=event.at,
            event=event,
            data={
                "number": event.data.get("calendar", ""),
                "detail": str(event.data.get("year", "")),
                "when": event.at,
            },
            link=clocks.subject_link(event),
        )
        for event in events
    ]


def _for_staff(event: Event, customer: Customer, data: dict[str, Any]) -> Notice:
    return Notice(
        topic=STAFF_KINDS.get(event.kind, ""),
        cause=f"event:{event.pk}",
        at=event.at,
        event=event,
        customer=customer,
        data={"customer": customer.display_name, "when": event.at, **data},
    )


def _instant(value: Any) -> datetime | None:
    if isinstance(value, str):
        value = parse_datetime(value)
    return value if isinstance(value, datetime) and timezone.is_aware(value) else None


def _future(value: Any) -> datetime | None:
    """A time that has passed is not told as expected."""
    moment = _instant(value)
    return moment if moment and moment > timezone.now() else None


_ORDER_KINDS = {
    "workorder.confirmed",
    "workorder.assigned",
    "workorder.sent_to_centre",
}
_READERS: list[tuple[set[str], Callable[[Sequence[Event]], list[Notice]]]] = [
    ({"waybill.status_changed"}, _status_changes),
    ({"waybill.running_late"}, _running_late),
    ({"lateshipment.opened"}, _late_opened),
    (_ORDER_KINDS, _orders),
    ({"orders.count_mismatch"}, _counts),
    ({"webhookendpoint.disabled"}, _endpoints),
    ({"calendar.year_missing"}, _calendars),
    (set(clocks.TOPIC_OF_KIND), clocks.notices),
    (set(cases.KINDS), cases.notices),
    (set(exceptions.KINDS), exceptions.notices),
]
TOLD_KINDS = frozenset(kind for kinds, _read in _READERS for kind in kinds)
HEARD_KINDS = sorted(TOLD_KINDS | WEBHOOK_KINDS)
__all__ = [
    "HEARD_KINDS",
    "TOLD_KINDS",
    "Notice",
    "notices_of",
    "shipment_facts",
    "waybills_of",
]
