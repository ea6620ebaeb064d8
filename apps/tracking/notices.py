"""What the events of shipments mean to people and to merchants (NTF-1, NTF-4)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.core.masking import Known, mask_text
from apps.core.notice_types import Notice, Webhook, staff_notice
from apps.core.times import instant
from apps.customers.models import Customer
from apps.events.models import Event
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
        at = instant(event.data.get("occurred_at")) or event.at
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
            data = {"number": waybill.number, "why": case.kind}
            notice = staff_notice("staff.late_opened", event, waybill.customer, data)
            notice.waybill = waybill
            found.append(notice)
    return found


def _future(value: Any) -> datetime | None:
    """A time that has passed is not told as expected."""
    moment = instant(value)
    return moment if moment and moment > timezone.now() else None


NOTICES = {
    "waybill.status_changed": _status_changes,
    "waybill.running_late": _running_late,
    "lateshipment.opened": _late_opened,
}


def _payloads(events: Sequence[Event]) -> dict[int, tuple[int, dict[str, Any]]]:
    fields = ("number", "customer_id", "customer_reference", "promised_at", "expected_at")
    rows = Waybill.objects.filter(pk__in={event.subject_id for event in events})
    waybills = {str(row["pk"]): row for row in rows.values("pk", *fields)}
    return {
        event.pk: (row["customer_id"], _waybill_payload(event, row))
        for event in events
        if (row := waybills.get(event.subject_id)) is not None
    }


def _waybill_payload(event: Event, row: Mapping[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "waybill": row["number"],
        "waybill_id": row["pk"],
        "customer_reference": row["customer_reference"],
        "promised_at": row["promised_at"],
        "expected_at": row["expected_at"],
    }
    names = _TOLD_MERCHANTS[event.kind]
    return facts | {ours: event.data.get(theirs) for theirs, ours in names.items()}


# Names in our events → names that merchants know.
_TOLD_MERCHANTS = {
    "waybill.status_changed": {
        "from": "from",
        "to": "status",
        "reason": "reason",
        "occurred_at": "occurred_at",
    },
    "waybill.running_late": {"why": "why", "expected": "expected_at"},
    "waybill.promise_changed": {"from": "promised_before", "to": "promised_at"},
    "waybill.late_resolved": {"outcome": "outcome", "cause": "cause"},
}
WEBHOOKS = {kind: Webhook(kind, _payloads) for kind in _TOLD_MERCHANTS}
