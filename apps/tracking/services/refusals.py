"""Items that were refused: kept as they came, tried again, or dropped by a person."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.errors import RuleBroken
from apps.events.services import record
from apps.tracking.enums import Door, RefusedState
from apps.tracking.inputs import ACCEPTED, CORRECTED, REPEATED, Refusal
from apps.tracking.models import EventBatch, RefusedEvent

if TYPE_CHECKING:
    from apps.accounts.models import User

MAX_PAYLOAD = 4_000
MAX_DOCUMENT = 600_000  # a partner's whole list, which is only of use whole


def open_batch(
    *, source: str, door: Door, by: "User", at: datetime, filename: str = ""
) -> EventBatch:
    batch = EventBatch(
        source=source[:40], door=door, filename=filename[:120], received_at=at, received_by=by
    )
    batch.save()
    return batch


def store_refusals(
    batch: EventBatch, refused: Sequence[Refusal], outcomes: Sequence[str], *, by: "User"
) -> None:
    """Store the counts and every refused item of a batch; call inside its transaction."""
    batch.accepted = sum(o in (ACCEPTED, CORRECTED) for o in outcomes)
    batch.repeated = sum(o == REPEATED for o in outcomes)
    batch.refused = len(refused)
    batch.save(update_fields=["accepted", "repeated", "refused"])
    RefusedEvent.objects.bulk_create(
        RefusedEvent(
            batch=batch,
            index=refusal.index,
            code=refusal.code[:40],
            message=refusal.message[:300],
            waybill_number=refusal.waybill_number[:40],
            payload=pack(refusal.payload),
        )
        for refusal in refused
    )
    record(
        "eventbatch.received",
        batch,
        by=by,
        at=batch.received_at,
        data={
            "door": batch.door,
            "accepted": batch.accepted,
            "repeated": batch.repeated,
            "refused": batch.refused,
        },
    )


def pack(payload: Any) -> str:
    """JSON of what came, within MAX_PAYLOAD characters; long texts are cut, never the whole.

    Escaped to ASCII, so that characters the database cannot hold survive.
    """
    text = json.dumps(payload, default=str)
    most = MAX_DOCUMENT if isinstance(payload, dict) and "kuaidi100" in payload else MAX_PAYLOAD
    if len(text) <= most:
        return text
    if isinstance(payload, dict):
        short = {str(k)[:60]: _short(v) for k, v in list(payload.items())[:30]}
        text = json.dumps(short, default=str)
        if len(text) <= MAX_PAYLOAD:
            return text
    return json.dumps({"cut": text[: MAX_PAYLOAD // 2]})


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return value[:100]
    return value if isinstance(value, int | float | bool | None) else str(value)[:100]


@transaction.atomic
def drop_refused(*, refused_id: int, reason: str, by: "User", at: datetime) -> RefusedEvent:
    """Put an item aside for good, saying why."""
    refused = lock_open(refused_id)
    if not reason.strip():
        raise RuleBroken(_("Say why the event is dropped."), code="reason_missing", field="reason")
    close(refused, RefusedState.DROPPED, by=by, at=at)
    record("refusedevent.dropped", refused, by=by, at=at, data={"reason": reason.strip()[:300]})
    return refused


def lock_open(refused_id: int) -> RefusedEvent:
    refused = RefusedEvent.objects.select_for_update().get(pk=refused_id)
    if refused.state != RefusedState.OPEN:
        raise RuleBroken(
            _("This refused event was dealt with already."), code="illegal_move", field="state"
        )
    return refused


def close(refused: RefusedEvent, state: RefusedState, *, by: "User", at: datetime) -> None:
    refused.state = state
    refused.closed_at = at
    refused.closed_by = by
    refused.save(update_fields=["state", "closed_at", "closed_by"])
