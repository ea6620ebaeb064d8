"""What webhooks send to merchants: the log they can read, and a delivery per endpoint (NTF-4)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.database import database_now, in_callers_transaction
from apps.core.errors import RuleBroken
from apps.events.models import Event
from apps.events.services import record
from apps.notifications.channels.webhook import MAX_BODY, body_of
from apps.notifications.enums import Audience, EndpointState
from apps.notifications.models import WebhookEndpoint, WebhookEvent
from apps.notifications.queries.notices import is_for_merchants, payloads_of
from apps.notifications.services.rows import NewDelivery, insert

if TYPE_CHECKING:
    from apps.accounts.models import User

MAX_REPLAY = 1_000


@in_callers_transaction()
def queue_webhooks(events: Sequence[Event]) -> int:
    """Log these events for the merchants concerned and queue them to their endpoints."""
    events = [event for event in events if is_for_merchants(event)]
    if not events or not WebhookEndpoint.objects.filter(removed_at__isnull=True).exists():
        return 0
    payloads = payloads_of(events)
    endpoints = _endpoints({customer for _type, customer, _payload in payloads.values()})
    rows = [
        WebhookEvent(event=event, customer_id=customer, type=kind, at=event.at, payload=payload)
        for event in events
        for kind, customer, payload in [payloads.get(event.pk, ("", 0, {}))]
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
