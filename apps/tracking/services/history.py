"""A past told in one go: journeys of shipments that were just issued, as they went in weeks that are over.

Each is kept as scans and proofs coming in one by one would have left it (tests/tracking/test_history.py compares the
two), and the number of statements does not grow with how many there are.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction

from apps.core.errors import RuleBroken
from apps.core.files.pictures import CleanPhoto
from apps.core.masking import mask_text
from apps.core.storage import all_or_nothing
from apps.events.services import NewEvent, record_many
from apps.tracking.enums import TERMINAL, TROUBLE, Satisfaction, Signer, Stage
from apps.tracking.inputs import IncomingEvent
from apps.tracking.models import (
    PartnerCarrier,
    PartnerNumber,
    ProofOfDelivery,
    ReturnDocument,
    ShipmentFeedback,
    StageAssignment,
    Waybill,
)
from apps.tracking.rules import delivery as rules
from apps.tracking.services.ingest import status_event
from apps.tracking.services.locking import Target, lock_waybills
from apps.tracking.services.partitions import ensure_partitions
from apps.tracking.services.pod import SOURCE, attach, delivered_event, proof_event, proof_row
from apps.tracking.services.preparing import Batch, copy_lines, prepare
from apps.tracking.services.recompute import Move, moves_of
from apps.tracking.services.storing import Origin, copy_events, write_statuses
from apps.tracking.services.watch import look_again
from apps.tracking.signing import NewProof
from apps.tracking.status import CurrentStatus, merge

if TYPE_CHECKING:
    from apps.accounts.models import User


class Scanned(NamedTuple):
    """A scan, when it came in, and from which partner."""

    event: IncomingEvent
    at: datetime
    carrier: PartnerCarrier | None = None


class Signed(NamedTuple):
    """How it ended, and when that was recorded."""

    proof: NewProof
    at: datetime
    photos: Sequence[CleanPhoto] = ()


@dataclass(frozen=True, slots=True)
class Journey:
    waybill: Waybill
    scans: Sequence[Scanned]
    signed: Signed | None = None


class Assigned(NamedTuple):
    """A partner carries these stages and knows the shipment under a number of its own."""

    waybill: Waybill
    carrier: PartnerCarrier
    stages: Sequence[Stage]
    reason: str
    by: "User"
    at: datetime
    number: str
    numbered_by: "User"
    numbered_at: datetime


@transaction.atomic
def assign_each(rows: Sequence[Assigned]) -> None:
    """``assign_stage`` and ``attach_partner_number`` for shipments that nobody scanned yet."""
    decisions = [
        StageAssignment(
            waybill=row.waybill, stage=stage, carrier=row.carrier, reason=row.reason,
            assigned_at=row.at, assigned_by=row.by,
        )
        for row in rows
        for stage in row.stages
    ]  # fmt: skip
    StageAssignment.objects.bulk_create(decisions)
    PartnerNumber.objects.bulk_create(
        PartnerNumber(
            waybill=row.waybill, carrier=row.carrier, number=row.number,
            attached_at=row.numbered_at, attached_by=row.numbered_by,
        )
        for row in rows
    )  # fmt: skip
    for carrier in {row.carrier for row in rows}:
        mine = [row.waybill.pk for row in rows if row.carrier == carrier]
        Waybill.objects.filter(pk__in=mine).update(carrier=carrier)
    events = []
    for row in rows:
        for stage in row.stages:
            data: dict[str, object] = {
                "stage": Stage(stage).value,
                "from": "",
                "to": str(row.carrier),
            }
            data |= {"reason": row.reason, "afterwards": False}
            events.append(_event("waybill.stage_assigned", row.waybill.pk, row.by, row.at, data))
        data = {"carrier": row.carrier.code, "number": row.number}
        kind = "waybill.partner_number_attached"
        events.append(_event(kind, row.waybill.pk, row.numbered_by, row.numbered_at, data))
    record_many(events)


@all_or_nothing()
@transaction.atomic
def record_journeys(journeys: Sequence[Journey], *, source: str, by: "User") -> None:
    """``ingest`` of every scan and ``record_proof`` of every signature, in this order.

    ``by`` sees all of the shipments. Raises RuleBroken for an event that cannot be taken or came before.
    """
    events, origins = _in_order(journeys, source, by)
    if not events:
        return
    targets = lock_waybills({event.waybill_number for event in events}, by=by)
    ensure_partitions({target.issued_month for target in targets.values()})
    batch = prepare(events, targets, max(origin.at for origin in origins))
    if batch.refused or batch.later or len(batch.ready) != len(events):
        message = batch.refused[0].message if batch.refused else "told twice"
        raise RuleBroken(message, code="not_taken", rule="TRK-2")
    moves, statuses = _follow(batch)
    copy_events(
        line
        for one, origin in zip(batch.ready, origins, strict=True)
        for line in copy_lines([one], origin, batch.units)
    )
    write_statuses(statuses)
    seen = [m.waybill_id for m in moves if m is not None and (m.to in TROUBLE or m.to in TERMINAL)]
    proofs = _sign(journeys, by, statuses)
    look_again([*seen, *proofs])
    _record(journeys, moves, proofs, _expect(journeys, statuses, by), by)


def _in_order(
    journeys: Sequence[Journey], source: str, by: "User"
) -> tuple[list[IncomingEvent], list[Origin]]:
    events, origins = [], []
    for journey in journeys:
        for event, at, carrier in journey.scans:
            events.append(event)
            origins.append(Origin(source, by.pk, carrier.pk if carrier else None, at))
        if journey.signed is not None:
            proof, at, _photos = journey.signed
            signer = rules.who_signed(journey.waybill, proof, ())[0]
            events.append(delivered_event(journey.waybill, proof, signer, 1))
            origins.append(Origin(SOURCE, by.pk, None, at))
    return events, origins


def _follow(batch: Batch) -> tuple[list[Move | None], dict[int, CurrentStatus]]:
    """Where each event left its shipment: a move where the status changed, none else."""
    now: dict[int, CurrentStatus] = {}
    moves: list[Move | None] = []
    for one in batch.ready:
        was = now.get(one.target.id, one.target.current)
        now[one.target.id] = merge(was, [one.status_update()])
        before = Target(one.target.id, one.target.number, one.target.issued_month, was)
        moves += moves_of([before], {one.target.id: now[one.target.id]}) or [None]
    return moves, now


def _sign(
    journeys: Sequence[Journey], by: "User", statuses: Mapping[int, CurrentStatus]
) -> dict[int, ProofOfDelivery]:
    proofs = {}
    for journey in journeys:
        if journey.signed is None:
            continue
        waybill, (proof, at, photos) = journey.waybill, journey.signed
        seen = copy(waybill)
        seen.picked_up_at = statuses[waybill.pk].picked_up_at
        rules.check_shipment(seen, proof, at)
        rules.check_condition(proof, len(photos))
        rules.check_cod(waybill, proof)
        signer: Signer = rules.who_signed(waybill, proof, ())[0]
        proofs[waybill.pk] = proof_row(waybill, proof, signer=signer, photos=len(photos), by=by)
    ProofOfDelivery.objects.bulk_create(proofs.values())
    written: list[str] = []
    for journey in journeys:
        if journey.signed is not None and journey.signed.photos:
            attach(proofs[journey.waybill.pk], journey.signed.photos, written)
    return proofs


def _expect(
    journeys: Sequence[Journey], statuses: Mapping[int, CurrentStatus], by: "User"
) -> dict[int, ReturnDocument]:
    """The signed originals that are on their way back from now on."""
    documents = [
        ReturnDocument(
            waybill=journey.waybill, owed_since=statuses[journey.waybill.pk].delivered_at
        )
        for journey in journeys
        if journey.signed is not None and journey.waybill.return_document_required
    ]
    made = ReturnDocument.objects.bulk_create(documents)
    return {document.waybill_id: document for document in made}


def _record(
    journeys: Sequence[Journey],
    moves: Sequence[Move | None],
    proofs: Mapping[int, ProofOfDelivery],
    documents: Mapping[int, ReturnDocument],
    by: "User",
) -> None:
    events: list[NewEvent] = []
    left = iter(moves)
    for journey in journeys:
        pk = journey.waybill.pk
        times = [one.at for one in journey.scans]
        times += [journey.signed.at] if journey.signed else []
        events += [status_event(move, by=by, at=at) for at in times if (move := next(left))]
        if journey.signed is None:
            continue
        at = journey.signed.at
        if document := documents.get(pk):
            label = ReturnDocument._meta.label_lower
            events.append(
                NewEvent(
                    "returndocument.expected", label, str(document.pk), by.pk, at, {"waybill": pk}
                )
            )
        kind, data = proof_event(proofs[pk])
        events.append(_event(kind, pk, by, at, data))
    record_many(events)


class Answered(NamedTuple):
    """What a customer said about a shipment that had arrived."""

    waybill: Waybill
    satisfaction: Satisfaction
    comment: str
    by: "User"
    at: datetime


@transaction.atomic
def record_answers(rows: Sequence[Answered]) -> None:
    """``record_satisfaction`` for shipments of which nothing was said yet."""
    ShipmentFeedback.objects.bulk_create(
        ShipmentFeedback(
            waybill=row.waybill, satisfaction=row.satisfaction, comment=row.comment,
            recorded_at=row.at, recorded_by=row.by,
        )
        for row in rows
    )  # fmt: skip
    record_many(
        _event(
            "waybill.satisfaction_recorded", row.waybill.pk, row.by, row.at,
            {"satisfaction": str(row.satisfaction), "comment": mask_text(row.comment)},
        )
        for row in rows
    )  # fmt: skip


def _event(
    kind: str, waybill_id: int, by: "User", at: datetime, data: Mapping[str, object]
) -> NewEvent:
    return NewEvent(kind, Waybill._meta.label_lower, str(waybill_id), by.pk, at, data)
