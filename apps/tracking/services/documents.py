"""Following the signed original back until it is filed, and letting it go in the end (TRK-6)."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.errors import BadInput, RuleBroken
from apps.core.masking import mask_text
from apps.events.services import NewEvent, record, record_many
from apps.tracking.enums import DocumentState, FilingPlace, Status
from apps.tracking.models import ReturnDocument, ReturnDocumentMove, Waybill
from apps.tracking.services.watch import look_again
from apps.tracking.states import DOCUMENT_MOVES

if TYPE_CHECKING:
    from apps.accounts.models import Unit, User


def expect_documents(waybills: Sequence[Waybill], *, by: "User", at: datetime) -> None:
    """Expect the document of each waybill that needs one; owed from its delivery on.

    A shipment that ended without a delivery owes none. Calling it again changes nothing. No
    statement where none is needed.
    """
    if wanted := [w for w in waybills if w.return_document_required]:
        _expect(wanted, by=by, at=at)


@transaction.atomic
def _expect(wanted: Sequence[Waybill], *, by: "User", at: datetime) -> None:
    known = {
        d.waybill_id: d
        for d in ReturnDocument.objects.select_for_update().filter(waybill__in=wanted)
    }
    fresh = [
        ReturnDocument(waybill=w, owed_since=w.delivered_at)
        for w in wanted
        if w.pk not in known and (w.status == Status.DELIVERED or w.concluded_at is None)
    ]
    record_many(
        NewEvent(
            "returndocument.expected",
            ReturnDocument._meta.label_lower,
            str(document.pk),
            by.pk,
            at,
            {"waybill": document.waybill_id},
        )
        for document in ReturnDocument.objects.bulk_create(fresh)
    )
    for waybill in wanted:
        document = known.get(waybill.pk)
        if document is None:
            continue
        if waybill.status == Status.DELIVERED:
            if document.state == DocumentState.VOID:
                _move(document, DocumentState.EXPECTED, by=by, at=at)
            if document.owed_since != waybill.delivered_at:
                document.owed_since = waybill.delivered_at
                document.save(update_fields=["owed_since"])
        elif waybill.concluded_at and document.state == DocumentState.EXPECTED:
            _move(document, DocumentState.VOID, by=by, at=at)


@transaction.atomic
def move_document(
    *,
    document_id: int,
    to: DocumentState,
    by: "User",
    at: datetime,
    place: str = "",
    note: str = "",
    unit: "Unit | None" = None,
) -> ReturnDocument:
    """One step on the way back. Filing and destroying have functions of their own."""
    if to in (DocumentState.FILED, DocumentState.DESTROYED):
        raise BadInput(_("Say where it is filed."), code="location_missing", field="location")
    document = _locked(document_id)
    if to in (DocumentState.MISSING, DocumentState.VOID) and not note.strip():
        raise BadInput(
            _("Say what is known: who had it last, who was asked."),
            code="note_missing",
            field="note",
        )
    document.place = place.strip()[:120]
    _move(document, to, by=by, at=at, note=note, unit=unit)
    return document


@transaction.atomic
def file_document(
    *,
    document_id: int,
    location: str,
    by: "User",
    at: datetime,
    filing_place: FilingPlace = FilingPlace.ORIGIN,
    note: str = "",
) -> ReturnDocument:
    """Put the document on file: at origin, or by agreement at the destination."""
    if not location.strip():
        raise BadInput(
            _("Say where it is filed: shelf, box, sheet."),
            code="location_missing",
            field="location",
        )
    document = _locked(document_id)
    if filing_place == FilingPlace.ORIGIN and document.state == DocumentState.COLLECTED:
        raise RuleBroken(
            _("It has not come back yet. Record its return first, or file it at the destination."),
            code="not_back_yet",
            field="filing_place",
            rule="TRK-6",
        )
    if (
        filing_place == FilingPlace.DESTINATION
        and document.state == DocumentState.RECEIVED_AT_ORIGIN
    ):
        raise RuleBroken(
            _("It is back at origin; file it there."), code="is_at_origin", field="filing_place"
        )
    document.filing_place = filing_place
    document.location = location.strip()[:120]
    document.filed_at, document.filed_by = at, by
    _move(document, DocumentState.FILED, by=by, at=at, note=note)
    return document


@transaction.atomic
def destroy_document(*, document_id: int, reason: str, by: "User", at: datetime) -> ReturnDocument:
    """Record that a filed document was destroyed; refused before its time and without reason."""
    document = _locked(document_id)
    DOCUMENT_MOVES.check(DocumentState(document.state), DocumentState.DESTROYED)
    if not reason.strip():
        raise BadInput(
            _("Say on whose order and how it is destroyed."),
            code="reason_missing",
            field="reason",
        )
    due = document.retention_due
    if due is None or at < due:
        raise RuleBroken(
            _("It has to be kept until %(day)s.")
            % {"day": timezone.localtime(due).strftime("%Y-%m-%d") if due else "—"},
            code="kept_by_rule",
            rule="TRK-6",
        )
    _move(document, DocumentState.DESTROYED, by=by, at=at, note=reason)
    return document


def _locked(document_id: int) -> ReturnDocument:
    return ReturnDocument.objects.select_for_update(of=["self"]).get(pk=document_id)


def _move(
    document: ReturnDocument,
    to: DocumentState,
    *,
    by: "User",
    at: datetime,
    note: str = "",
    unit: "Unit | None" = None,
) -> None:
    frm = DocumentState(document.state)
    DOCUMENT_MOVES.check(frm, to)
    document.state, document.moved_on = to, at
    document.save()
    ReturnDocumentMove.objects.create(
        document=document,
        from_state=frm,
        to_state=to,
        at=at,
        by=by,
        unit=unit,
        note=note.strip()[:300],
    )
    data = {"from": str(frm), "to": str(to), "note": mask_text(note.strip()[:300])}
    record("returndocument.moved", document, by=by, at=at, data=data)
    if to == DocumentState.FILED:
        look_again([document.waybill_id])
