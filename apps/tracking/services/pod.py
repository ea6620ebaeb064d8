"""Recording proofs of delivery (TRK-6): the proof and the delivered event are one."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.errors import BadInput, RuleBroken
from apps.core.files.pictures import MOST_PHOTOS, CleanPhoto
from apps.core.masking import mask_text
from apps.events.services import NewEvent, record_many
from apps.tracking.enums import Signer
from apps.tracking.inputs import IncomingEvent
from apps.tracking.models import ProofOfDelivery, ProofPhoto, Waybill
from apps.tracking.rules import delivery as rules
from apps.tracking.services.documents import expect_documents
from apps.tracking.services.ingest import move_events, take_in
from apps.tracking.services.locking import set_status, target_of
from apps.tracking.services.partitions import ensure_partitions
from apps.tracking.services.preparing import prepare
from apps.tracking.services.recompute import Move, moves_of
from apps.tracking.services.storing import Origin
from apps.tracking.services.watch import look_again
from apps.tracking.signing import NewProof, delivered_reason

if TYPE_CHECKING:
    from apps.accounts.models import User

SOURCE = "pod"


def record_proof(
    *,
    waybill_id: int,
    proof: NewProof,
    by: "User",
    at: datetime,
    photos: Sequence[CleanPhoto] = (),
) -> ProofOfDelivery:
    """The first proof of a waybill; a second one is a correction."""
    return _with_files(waybill_id, proof, photos, by, at, reason="")


def correct_proof(
    *,
    waybill_id: int,
    proof: NewProof,
    reason: str,
    by: "User",
    at: datetime,
    photos: Sequence[CleanPhoto] = (),
) -> ProofOfDelivery:
    """A new version; the earlier one stays readable, and its photos count for this one too.
    The delivered event is corrected with it."""
    if not reason.strip():
        raise BadInput(_("Say why it is corrected."), code="reason_missing", field="reason")
    return _with_files(waybill_id, proof, photos, by, at, reason=reason.strip()[:300])


def _with_files(
    waybill_id: int,
    proof: NewProof,
    photos: Sequence[CleanPhoto],
    by: "User",
    at: datetime,
    *,
    reason: str,
) -> ProofOfDelivery:
    """Files know no transaction: what was written for a proof that fails is taken away again."""
    if len(photos) > MOST_PHOTOS:
        raise BadInput(
            _("At most %(n)d photos.") % {"n": MOST_PHOTOS}, code="too_many_photos", field="photos"
        )
    written: list[str] = []
    try:
        with transaction.atomic():
            recorded = _record(waybill_id, proof, len(photos), by, at, reason)
            attach(recorded, photos, written)
        return recorded
    except BaseException:
        for path in written:
            default_storage.delete(path)
        raise


def _record(
    waybill_id: int, proof: NewProof, fresh_photos: int, by: "User", at: datetime, reason: str
) -> ProofOfDelivery:
    waybill = (
        Waybill.objects.visible_to(by)
        .select_for_update(of=["self"], no_key=True)
        .get(pk=waybill_id)
    )
    last = waybill.proofs.standing().first()
    _check_version(last, reason)
    photos = fresh_photos + (last.photo_count if last else 0)
    rules.check_shipment(waybill, proof, at)
    signer, authorisation = rules.who_signed(waybill, proof, waybill.authorised_signers.all())
    consent = rules.consent_for(proof, waybill.consents.all())
    rules.check_condition(proof, photos)
    rules.check_cod(waybill, proof)
    recorded = proof_row(waybill, proof, signer=signer, photos=photos, by=by)
    recorded.authorisation, recorded.consent = authorisation, consent
    if last is not None:
        recorded.version, recorded.supersedes = last.version + 1, last
        recorded.correction_reason = reason
    recorded.save(force_insert=True)
    moves = _deliver(waybill, proof, signer, recorded.version, by, at)
    kind, data = proof_event(recorded)
    proof_recorded = NewEvent(kind, Waybill._meta.label_lower, str(waybill.pk), by.pk, at, data)
    record_many([*move_events(moves, by=by, at=at), proof_recorded])
    return recorded


def proof_row(
    waybill: Waybill, proof: NewProof, *, signer: Signer, photos: int, by: "User"
) -> ProofOfDelivery:
    """The first version of a proof, signed by the consignee and not stored yet."""
    return ProofOfDelivery(
        waybill=waybill,
        version=1,
        signed_by=proof.signed_by.strip(),
        signed_at=proof.signed_at,
        signer=signer,
        handed_over=proof.handed_over,
        packaging_intact=proof.packaging_intact,
        was_opened=proof.was_opened,
        appearance_good=proof.appearance_good,
        count_right=proof.count_right,
        notes=proof.notes.strip(),
        photo_count=photos,
        courier=proof.courier,
        cod_due=waybill.cod_amount,
        cod_paid=proof.cod_paid,
        cod_method=proof.cod_method,
        cod_reason=proof.cod_reason.strip()[:300],
        recorded_by=by,
    )


def _check_version(last: ProofOfDelivery | None, reason: str) -> None:
    if last is not None and not reason:
        raise RuleBroken(
            _("A proof of delivery is on record already; correct it, with a reason."),
            code="proof_exists",
            rule="TRK-6",
        )
    if last is None and reason:
        raise RuleBroken(
            _("There is no proof of delivery to correct yet."), code="proof_missing", rule="TRK-6"
        )


def _deliver(
    waybill: Waybill, proof: NewProof, signer: Signer, version: int, by: "User", at: datetime
) -> list[Move]:
    """The delivered event; the waybill, which is locked, then says where it stands."""
    event = delivered_event(waybill, proof, signer, version)
    target = target_of(waybill)
    ensure_partitions([target.issued_month])
    batch = prepare([event], {waybill.number: target}, at)
    for refusal in batch.refused:
        raise RuleBroken(refusal.message, code=refusal.code, rule="TRK-6")
    after = take_in(batch, Origin(SOURCE, by.pk, None, at))
    if current := after.get(waybill.pk):
        set_status(waybill, current)
    expect_documents([waybill], by=by, at=at)
    look_again([waybill.pk])
    return moves_of([target], after)


def delivered_event(
    waybill: Waybill, proof: NewProof, signer: Signer, version: int
) -> IncomingEvent:
    """Under one id for all versions: a later one takes its place."""
    return IncomingEvent(
        waybill_number=waybill.number,
        code=f"delivered.{delivered_reason(signer, proof)}",
        occurred_at=proof.signed_at,
        place=proof.place.strip()[:120],
        source_id="pod",
        revision=version,
        unit_code=proof.unit_code,
    )


def proof_event(recorded: ProofOfDelivery) -> tuple[str, dict[str, Any]]:
    """Kind and details of what is recorded with it."""
    kind = "waybill.proof_corrected" if recorded.supersedes_id else "waybill.proof_recorded"
    data = {
        "version": recorded.version,
        "signer": str(recorded.signer),
        "handed_over": str(recorded.handed_over),
        "all_well": recorded.all_well,
        "photos": recorded.photo_count,
        "cod_paid": recorded.cod_paid,
        "courier": recorded.courier_id,
        "reason": mask_text(recorded.correction_reason),
    }
    return kind, data


def attach(recorded: ProofOfDelivery, photos: Sequence[CleanPhoto], written: list[str]) -> None:
    rows = []
    for photo in photos:
        token = secrets.token_hex(16)
        path = default_storage.save(
            f"tracking/pod/{token[:2]}/{token}.jpg", ContentFile(photo.content)
        )
        written.append(path)
        rows.append(
            ProofPhoto(
                proof=recorded,
                key=uuid4(),
                path=path,
                width=photo.width,
                height=photo.height,
                size=len(photo.content),
                sha256=photo.sha256,
            )
        )
    ProofPhoto.objects.bulk_create(rows)
