"""What the events of orders mean to people and to merchants (NTF-1, NTF-4)."""

import json
from collections.abc import Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from apps.core.notice_types import MOST_TOLD, Notice, Webhook, staff_notice
from apps.events.models import Event
from apps.orders.models import DeclaredCount, WorkOrder

TO_STAFF = {
    "workorder.assigned": "staff.order_assigned",
    "workorder.sent_to_centre": "staff.order_to_print",
}


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
        data = {"order": order.number, "due": order.due_at}
        notice = staff_notice(TO_STAFF[event.kind], event, order.customer, data)
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
        staff_notice(
            "staff.count_mismatch",
            event,
            counts[event.subject_id].customer,
            {"detail": f"{event.data.get('declared')} / {event.data.get('received')}"},
        )
        for event in events
        if event.subject_id in counts
    ]


NOTICES = {
    **dict.fromkeys(("workorder.confirmed", *TO_STAFF), _orders),
    "orders.count_mismatch": _counts,
}


def _payloads(events: Sequence[Event]) -> dict[int, tuple[int, dict[str, Any]]]:
    rows = WorkOrder.objects.filter(pk__in={event.subject_id for event in events})
    orders = {str(order.pk): order for order in rows.prefetch_related("waybills")}
    return {
        event.pk: (order.customer_id, _order_payload(order))
        for event in events
        if (order := orders.get(event.subject_id)) is not None
    }


def _order_payload(order: WorkOrder) -> dict[str, Any]:
    """As many waybill numbers as fit; the API gives the rest."""
    numbers = [waybill.number for waybill in order.waybills.all()]
    payload: dict[str, Any] = {
        "order": order.number,
        "customer_reference": order.customer_reference,
        "status": order.status,
        "count": len(numbers),
        "waybills": numbers,
    }
    while len(json.dumps(payload, cls=DjangoJSONEncoder)) > MOST_TOLD:
        payload["waybills"] = payload["waybills"][: len(payload["waybills"]) // 2]
        payload["truncated"] = True
    return payload


WEBHOOKS = {
    kind: Webhook(kind, _payloads) for kind in ("workorder.confirmed", "workorder.cancelled")
}
