"""Proof of delivery as seen by staff and by somebody who proved to be a party (TRK-6, TRK-10)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import QuerySet

from apps.core.files.pictures import CONTENT_TYPE
from apps.tracking.enums import HandedOverAt, Signer
from apps.tracking.models import ProofOfDelivery, ProofPhoto, Waybill


@dataclass(frozen=True, slots=True)
class PartyPhoto:
    """``key`` is what ``proof_photo`` takes; it cannot be guessed."""

    key: UUID
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PartyProofView:
    """The proof that stands, in full: only for somebody who proved to be a party."""

    signed_by: str
    signed_at: datetime
    signer: Signer
    handed_over: HandedOverAt
    packaging_intact: bool
    was_opened: bool
    appearance_good: bool | None
    count_right: bool | None
    notes: str
    cod_due: Decimal | None
    cod_paid: Decimal | None
    photos: tuple[PartyPhoto, ...]


def proof_for_party(waybill: Waybill) -> PartyProofView | None:
    """The standing proof of a waybill and the photos of all its versions; two queries."""
    proof = ProofOfDelivery.objects.standing().filter(waybill=waybill).first()
    if proof is None:
        return None
    return PartyProofView(
        signed_by=proof.signed_by,
        signed_at=proof.signed_at,
        signer=Signer(proof.signer),
        handed_over=HandedOverAt(proof.handed_over),
        packaging_intact=proof.packaging_intact,
        was_opened=proof.was_opened,
        appearance_good=proof.appearance_good,
        count_right=proof.count_right,
        notes=proof.notes,
        cod_due=proof.cod_due,
        cod_paid=proof.cod_paid,
        photos=tuple(
            PartyPhoto(photo.key, photo.width, photo.height) for photo in photos_of(waybill.pk)
        ),
    )


def photos_of(waybill_id: int) -> QuerySet[ProofPhoto]:
    return ProofPhoto.objects.filter(proof__waybill=waybill_id)


def proof_photo(waybill: Waybill, key: UUID) -> tuple[bytes, str] | None:
    """(content, content type) of one photo of this waybill; None for any other key."""
    photo = photos_of(waybill.pk).filter(key=key).first()
    return None if photo is None else (read_photo(photo), CONTENT_TYPE)


def read_photo(photo: ProofPhoto) -> bytes:
    with default_storage.open(photo.path) as file:
        content: bytes = file.read()
    return content


def versions(waybill_id: int) -> QuerySet[ProofOfDelivery]:
    """All versions of a proof with their photos, the standing one first."""
    return (
        ProofOfDelivery.objects.filter(waybill=waybill_id)
        .select_related("recorded_by", "authorisation", "consent", "courier")
        .prefetch_related("photos")
        .order_by("-version")
    )
