"""Refused items, as staff see them."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from apps.tracking.enums import RefusedState
from apps.tracking.models import EventBatch, RefusedEvent
from apps.tracking.queries.masked import masked_text

if TYPE_CHECKING:
    from apps.accounts.models import User

SHEET_COLUMNS = (
    *("waybill_number", "code", "occurred_at", "place", "city", "text", "source_id", "unit_code"),
)


def waiting_for(number: str) -> list[RefusedEvent]:
    """What was refused for want of this waybill, or about it, and still waits."""
    return list(
        RefusedEvent.objects.filter(waybill_number=number, state=RefusedState.OPEN)
        .select_related("batch")
        .order_by("id")[:50]
    )


def visible_batches(user: "User") -> QuerySet[EventBatch]:
    """Everybody's for those who see everything, one's own otherwise."""
    batches = EventBatch.objects.select_related("received_by")
    return batches if user.visible_unit_ids() is None else batches.filter(received_by=user)


def visible_refusals(user: "User") -> QuerySet[RefusedEvent]:
    refusals = RefusedEvent.objects.select_related("batch", "closed_by")
    if user.visible_unit_ids() is None:
        return refusals
    return refusals.filter(batch__received_by=user)


def shown_payload(refused: RefusedEvent) -> list[tuple[str, str]]:
    """What came, field by field, masked."""
    payload = json.loads(refused.payload)
    if not isinstance(payload, dict):
        payload = {"": payload}
    return [(str(name), masked_text(_printable(value))[:500]) for name, value in payload.items()]


def sheet_rows(refusals: Iterable[RefusedEvent]) -> Iterable[list[Any]]:
    """The refused rows as they came, with why, to be put right and sent again."""
    for refused in refusals:
        payload = json.loads(refused.payload)
        values = payload if isinstance(payload, dict) else {}
        yield [
            *(_printable(values.get(name, "")) for name in SHEET_COLUMNS),
            refused.index,
            refused.message,
        ]


def _printable(value: Any) -> str:
    return "".join(c for c in str(value) if c.isprintable() or c == "\n")
