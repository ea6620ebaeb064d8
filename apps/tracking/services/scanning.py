"""Scans typed or read in at a depot: every number gets its own answer (TRK-2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from apps.tracking.enums import Door
from apps.tracking.inputs import REFUSED, IncomingEvent
from apps.tracking.services.ingest import ingest

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True, slots=True)
class ScanAnswer:
    """``outcome`` is accepted, repeated or refused; ``why`` says what is wrong."""

    number: str
    outcome: str
    why: str = ""


def take_scans(events: Sequence[IncomingEvent], *, by: "User", at: datetime) -> list[ScanAnswer]:
    """One answer per event, in order. Refusals are answered at once and not kept: the clerk
    still has the parcel in hand. The same number under the same status within one minute is a
    repeat, as a scanner gives when its trigger is held."""
    for event in events:
        event.occurred_at = event.occurred_at.replace(second=0, microsecond=0)
    result = ingest(events, source="scan", by=by, at=at, door=Door.SCAN, save_refusals=False)
    why = {refusal.index: refusal.message for refusal in result.refused}
    return [
        ScanAnswer(
            event.waybill_number,
            REFUSED if index in why else outcome,
            why.get(index, ""),
        )
        for index, (event, outcome) in enumerate(zip(events, result.outcomes, strict=True))
    ]
