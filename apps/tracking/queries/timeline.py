"""The history of one waybill for staff: everything, with what was put right marked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.tracking.enums import Door, Reason, Status
from apps.tracking.models import TrackingEvent, Waybill
from apps.tracking.queries.live import live_rows, repeats
from apps.tracking.queries.masked import known_of, masked_text

COLUMNS = (
    *("id", "waybill_id", "source", "source_id", "revision", "supersedes_id", "is_withdrawal"),
    *("occurred_at", "recorded_at", "code", "status", "reason", "rank", "place", "city", "text"),
)


# The doors whose events bear the company's own name instead of a caller's.
SOURCES: dict[str, Any] = {
    "scan": Door.SCAN.label,
    "sheet": Door.SHEET.label,
    "hand": Door.HAND.label,
    "pod": _("Delivery record"),
    "orders": _("Work order"),
}


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One event as it stands now; ``is_live`` is False for what was corrected or taken back.
    ``masked_place`` (its city where none is named) and ``masked_text`` are without the people of the shipment."""

    id: int
    occurred_at: datetime
    recorded_at: datetime
    code: str
    status: Status
    reason: str
    place: str
    city: str
    text: str
    masked_place: str
    masked_text: str
    source: str
    by: str
    unit: str
    is_live: bool
    is_withdrawal: bool

    @property
    def shown_source(self) -> str:
        """``api:shop`` and ``feed:partner`` say whose; the company's own doors have words."""
        own = SOURCES.get(self.source)
        return str(own) if own is not None else self.source.partition(":")[2] or self.source

    @property
    def reason_label(self) -> str:
        return str(Reason(self.reason).label) if self.reason else ""


def timeline(waybill: Waybill) -> list[TimelineRow]:
    """Newest first, each scan once; one query."""
    rows = list(
        TrackingEvent.objects.filter(waybill=waybill.pk, issued_month=waybill.issued_month).values(
            *COLUMNS, "by__display_name", "unit__name"
        )
    )
    alive, repeated = {row["id"] for row in live_rows(rows)}, repeats(rows)
    rows = [row for row in rows if row["id"] not in repeated]
    rows.sort(key=lambda row: (row["occurred_at"], row["rank"], row["id"]), reverse=True)
    known = known_of(waybill)
    return [
        TimelineRow(
            id=row["id"],
            occurred_at=row["occurred_at"],
            recorded_at=row["recorded_at"],
            code=row["code"],
            status=Status(row["status"]),
            reason=row["reason"],
            place=row["place"],
            city=row["city"],
            text=row["text"],
            masked_place=masked_text(row["place"] or row["city"], known),
            masked_text=masked_text(row["text"], known),
            source=row["source"],
            by=row["by__display_name"] or "",
            unit=row["unit__name"] or "",
            is_live=row["id"] in alive,
            is_withdrawal=row["is_withdrawal"],
        )
        for row in rows
    ]


def live_events(waybills: Iterable[Waybill]) -> dict[int, list[TrackingEvent]]:
    """The events that count of each waybill, oldest first, in one query."""
    wanted = list(waybills)
    found: dict[int, list[TrackingEvent]] = {waybill.pk: [] for waybill in wanted}
    events = TrackingEvent.objects.filter(
        waybill__in=[w.pk for w in wanted], issued_month__in={w.issued_month for w in wanted}
    )
    by_waybill: dict[int, list[TrackingEvent]] = {}
    for event in events:
        by_waybill.setdefault(event.waybill_id, []).append(event)
    for pk, history in by_waybill.items():
        alive = {row["id"] for row in live_rows([vars(event) for event in history])}
        found[pk] = sorted(
            (event for event in history if event.pk in alive),
            key=lambda event: (event.occurred_at, event.rank, event.pk),
        )
    return found
