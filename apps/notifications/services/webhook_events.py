"""What merchants hear: the log they can read, and a delivery per endpoint (NTF-4)."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.errors import RuleBroken
from apps.core.transactions import joined
from apps.events.models import Event
from apps.events.services import record
from apps.notifications.channels.webhook import MAX_BODY, body_of
from apps.notifications.enums import Audience, EndpointState
from apps.notifications.models import WebhookEndpoint, WebhookEvent
from apps.notifications.queries.webhook_cases import case_payloads
from apps.notifications.services.rows import NewDelivery, database_now, insert
from apps.notifications.topics import WEBHOOK_KINDS, webhook_type
from apps.orders.models import WorkOrder
from apps.tracking.models import Waybill

if TYPE_CHECKING:
    from apps.accounts.models import User

MAX_REPLAY = 1_000
ROOM = MAX_BODY - 600  # for what surrounds the payload


@joined()
def queue_webhooks(events: Sequence[Event]) -> int:
    """Log these events for the merchants concerned and queue them to their endpoints."""
    events = [event for event in events if event.kind in WEBHOOK_KINDS]
    if not events or not WebhookEndpoint.objects.filter(removed_at__isnull=True).exists():
        return 0
    payloads = _payloads(events)
    endpoints = _endpoints({customer for customer, _payload in payloads.values()})
    rows = [
        _entry(event, customer, body)
        for event in events
        for customer, body in [payloads.get(event.pk, (0, {}))]
        if customer in endpoints
    ]
    WebhookEvent.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    logged = WebhookEvent.objects.filter(event__in=[row.event_id for row in rows])
    now = database_now()
    return len(
        insert(
            [
                _delivery(entry, endpoint, f"event:{entry.event_id}", now)
                for entry in logged
                for endpoint in endpoints[entry.customer_id]
                if _hears(endpoint, entry.type)
            ]
        )
    )


def _entry(event: Event, customer_id: int, payload: dict[str, Any]) -> WebhookEvent:
    kind = webhook_type(event.kind)
    return WebhookEvent(
        event=event, customer_id=customer_id, type=kind, at=event.at, payload=payload
    )


def _endpoints(customer_ids: set[int]) -> dict[int, list[WebhookEndpoint]]:
    """Also of merchants whose endpoint is off: their log goes on, for a replay later."""
    found: dict[int, list[WebhookEndpoint]] = defaultdict(list)
    rows = WebhookEndpoint.objects.filter(customer__in=customer_ids, removed_at__isnull=True)
    for endpoint in rows.defer("secret", "previous_secret"):
        found[endpoint.customer_id].append(endpoint)
    return found


def _hears(endpoint: WebhookEndpoint, kind: str) -> bool:
    wanted = not endpoint.event_types or kind in endpoint.event_types
    return wanted and endpoint.state == EndpointState.ACTIVE


def _delivery(
    entry: WebhookEvent, endpoint: WebhookEndpoint, cause: str, now: datetime
) -> NewDelivery:
    return NewDelivery(
        cause=cause,
        topic=f"webhook.{entry.type}"[:60],
        audience=Audience.ENDPOINT,
        channel="webhook",
        recipient=f"endpoint:{endpoint.pk}",
        label=endpoint.url[:80],
        event_id=entry.event_id,
        waybill_id=entry.payload.get("waybill_id"),
        customer_id=entry.customer_id,
        data={"webhook_event": entry.pk, "type": entry.type},
        due_at=now,
    )


def _payloads(events: Sequence[Event]) -> dict[int, tuple[int, dict[str, Any]]]:
    """Event id → (customer id, payload): numbers, statuses and times, no personal data."""
    waybills = {
        str(row["pk"]): row
        for row in Waybill.objects.filter(
            pk__in=[e.subject_id for e in events if e.kind.startswith("waybill.")]
        ).values("pk", "number", "customer_id", "customer_reference", "promised_at", "expected_at")
    }
    orders = {
        str(order.pk): order
        for order in WorkOrder.objects.filter(
            pk__in=[e.subject_id for e in events if e.kind.startswith("workorder.")]
        ).prefetch_related("waybills")
    }
    found = case_payloads(events)
    for event in events:
        if event.kind.startswith("waybill.") and event.subject_id in waybills:
            row = waybills[event.subject_id]
            found[event.pk] = (row["customer_id"], _waybill_payload(event, row))
        elif event.subject_id in orders and event.kind.startswith("workorder."):
            order = orders[event.subject_id]
            found[event.pk] = (order.customer_id, _order_payload(order))
    return found


def _waybill_payload(event: Event, row: Mapping[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "waybill": row["number"],
        "waybill_id": row["pk"],
        "customer_reference": row["customer_reference"],
        "promised_at": row["promised_at"],
        "expected_at": row["expected_at"],
    }
    names = {
        "waybill.status_changed": {
            "from": "from",
            "to": "status",
            "reason": "reason",
            "occurred_at": "occurred_at",
        },
        "waybill.running_late": {"why": "why", "expected": "expected_at"},
        "waybill.promise_changed": {"from": "promised_before", "to": "promised_at"},
        "waybill.late_resolved": {"outcome": "outcome", "cause": "cause"},
    }[event.kind]
    return facts | {ours: event.data.get(theirs) for theirs, ours in names.items()}


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
    while len(json.dumps(payload, cls=DjangoJSONEncoder)) > ROOM:
        payload["waybills"] = payload["waybills"][: len(payload["waybills"]) // 2]
        payload["truncated"] = True
    return payload


@transaction.atomic
def replay(
    *, entries: Sequence[WebhookEvent], endpoint: WebhookEndpoint, by: "User", at: datetime
) -> int:
    """Send logged events again to one endpoint, under the same ids; return how many."""
    if endpoint.state != EndpointState.ACTIVE or endpoint.removed_at is not None:
        raise RuleBroken(
            _("Switch the endpoint on first."), code="endpoint_off", field="endpoint", rule="NTF-4"
        )
    if len(entries) > MAX_REPLAY:
        raise RuleBroken(
            _("At most %(n)d events at a time; choose a shorter time.") % {"n": MAX_REPLAY},
            code="too_many_events",
            field="since",
        )
    if any(entry.customer_id != endpoint.customer_id for entry in entries):
        raise RuleBroken(
            _("These are events of another customer."), code="foreign_event", field="ids"
        )
    again = f"replay:{uuid4().hex}"
    now = database_now()
    added = insert([_delivery(e, endpoint, f"{again}:{e.pk}", now) for e in entries])
    record(
        "webhookevent.replayed", endpoint, by=by, at=at, data={"events": len(added), "run": again}
    )
    return len(added)


@transaction.atomic
def ping(*, endpoint: WebhookEndpoint, by: "User", at: datetime) -> WebhookEvent:
    """A message that says nothing, to try an endpoint out."""
    entry = WebhookEvent.objects.create(
        customer_id=endpoint.customer_id, type="ping", at=at, payload={"endpoint": endpoint.pk}
    )
    assert len(body_of(entry)) < MAX_BODY  # noqa: S101  # a constant
    replay(entries=[entry], endpoint=endpoint, by=by, at=at)
    return entry
