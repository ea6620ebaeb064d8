"""The stages of one shipment: target, actual, who answers for each (TRK-5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from apps.accounts.models import Unit
from apps.tracking.enums import DocumentState, Stage
from apps.tracking.models import (
    PartnerAgreement,
    PartnerCarrier,
    ReturnDocument,
    StageAssignment,
    Waybill,
)
from apps.tracking.promise import Standards, clock_start
from apps.tracking.queries.standards import city_key, local_zone, standards_table
from apps.tracking.queries.timeline import live_events
from apps.tracking.stages import Interval, Party, Scan, intervals, otherwise

BACK = (DocumentState.RECEIVED_AT_ORIGIN, DocumentState.FILED)


@dataclass(frozen=True, slots=True)
class StageLine:
    """``target`` is None without a standard time. What is still running took until now."""

    stage: Stage
    started_at: datetime
    ended_at: datetime | None
    target: timedelta | None
    took: timedelta
    party: str
    is_partner: bool
    decision: StageAssignment | None

    @property
    def is_over(self) -> bool:
        return self.target is not None and self.took > self.target

    @property
    def hours(self) -> str:
        return _hours(self.took)

    @property
    def target_hours(self) -> str:
        return "—" if self.target is None else _hours(self.target)


def _hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:.1f}"


def current_assignments(waybill: Waybill) -> dict[Stage, StageAssignment]:
    """The newest decision of each stage; one that took a decision back is left out."""
    newest = (
        waybill.stage_assignments.select_related("carrier", "unit", "assigned_by")
        .order_by("stage", "-id")
        .distinct("stage")
    )
    return {Stage(row.stage): row for row in newest if row.carrier_id or row.unit_id}


def stages_of(waybill: Waybill, *, now: datetime) -> list[StageLine]:
    """In the order of the way, as far as it has come; the stage under way last. A fixed number of
    queries."""
    decided = current_assignments(waybill)
    standards = _standards(waybill)
    spans = stage_intervals(waybill, standards, decided)
    carriers = PartnerCarrier.objects.in_bulk([s.carrier_id for s in spans if s.carrier_id])
    units = Unit.objects.in_bulk([s.unit_id for s in spans if s.unit_id])
    agreed = _agreements(waybill, list(carriers))
    return [
        StageLine(
            stage=span.stage,
            started_at=span.started_at,
            ended_at=span.ended_at,
            target=_target(span, standards, agreed),
            took=span.took(now),
            party=str(carriers.get(span.carrier_id or 0) or units.get(span.unit_id or 0) or "—"),
            is_partner=span.carrier_id is not None,
            decision=decided.get(span.stage),
        )
        for span in spans
        if span.ended_at or waybill.concluded_at is None or span.stage == Stage.RECEIPT_RETURN
    ]


def stage_intervals(
    waybill: Waybill,
    standards: Standards | None,
    decided: dict[Stage, StageAssignment],
) -> list[Interval]:
    """As ``stages.intervals`` for a waybill as it is stored, with the return of its document."""
    parties: dict[Stage, Party] = {
        stage: (row.unit_id, row.carrier_id) for stage, row in decided.items()
    }
    start = waybill.issued_at
    if standards is not None:
        start = clock_start(start, standards, local_zone())
    scans = [
        Scan(row.pk, row.occurred_at, row.code, row.status, row.unit_id, row.carrier_id)
        for row in live_events([waybill])[waybill.pk]
    ]
    found = intervals(
        scans,
        requested_at=start,
        unit_id=waybill.responsible_unit_id,
        carrier_id=waybill.carrier_id,
        decided=parties,
    )
    return [*found, *_receipt(waybill, found, parties)]


def _receipt(
    waybill: Waybill, found: Sequence[Interval], parties: dict[Stage, Party]
) -> list[Interval]:
    owed = ReturnDocument.objects.filter(waybill=waybill).exclude(state=DocumentState.VOID)
    document = owed.first()
    if document is None or document.owed_since is None:
        return []
    back = document.moves.filter(to_state__in=BACK).order_by("at").first()
    delivered = next((i for i in found if i.stage == Stage.DELIVERY), None)
    own = otherwise(waybill.responsible_unit_id, waybill.carrier_id, parties)
    if delivered is not None:
        own = (delivered.unit_id, delivered.carrier_id)
    who = parties.get(Stage.RECEIPT_RETURN, own)
    return [Interval(Stage.RECEIPT_RETURN, document.owed_since, back.at if back else None, *who)]


def _standards(waybill: Waybill) -> Standards | None:
    table = standards_table([waybill.service_level])
    day = timezone.localdate(waybill.issued_at)
    return table.of(waybill.service_level, waybill.origin_city, waybill.destination_city, day)


def _agreements(waybill: Waybill, carrier_ids: Sequence[int]) -> dict[int, PartnerAgreement]:
    """What each partner agreed to for the destination, on the day of issue."""
    if not carrier_ids:
        return {}
    day = timezone.localdate(waybill.issued_at)
    there = city_key(waybill.destination_city)
    rows = PartnerAgreement.objects.filter(carrier__in=carrier_ids, valid_from__lte=day)
    return {
        row.carrier_id: row
        for row in rows
        if city_key(row.area) == there and (row.valid_until is None or day < row.valid_until)
    }


def _target(
    span: Interval, standards: Standards | None, agreed: dict[int, PartnerAgreement]
) -> timedelta | None:
    agreement = agreed.get(span.carrier_id or 0)
    hours = getattr(agreement, f"{span.stage.value}_hours", None) if agreement else None
    if hours is not None:
        return timedelta(hours=float(hours))
    return standards.stages.get(span.stage) if standards else None
