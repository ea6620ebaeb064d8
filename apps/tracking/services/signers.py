"""Putting on record who else may sign, and where a shipment may be left (TRK-6)."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.crypto import blind_index
from apps.core.errors import BadInput, RuleBroken
from apps.core.phones import normalise_phone
from apps.events.services import record
from apps.tracking.enums import ConfirmedBy, Party
from apps.tracking.models import AuthorisedSigner, DeliveryConsent, Waybill
from apps.tracking.signing import plain_name, same_person

if TYPE_CHECKING:
    from apps.accounts.models import User

NAME_INDEX = "tracking.signer"


def signer_index(name: str) -> str:
    return blind_index(plain_name(name), NAME_INDEX)


@transaction.atomic
def authorise_signer(
    *,
    waybill_id: int,
    name: str,
    given_by: str,
    confirmed: ConfirmedBy,
    by: "User",
    at: datetime,
    phone: str = "",
    note: str = "",
) -> AuthorisedSigner:
    """The customer authorised ``name`` to sign for one waybill; said so by ``given_by``."""
    waybill = _undelivered(waybill_id, by)
    if not plain_name(name) or not given_by.strip():
        raise BadInput(
            _("Type who may sign and who at the customer said so."),
            code="name_missing",
            field="name" if not plain_name(name) else "given_by",
        )
    if same_person(name, waybill.consignee_name):
        raise RuleBroken(
            _("That is the consignee, who may sign anyway."), code="is_consignee", field="name"
        )
    index = signer_index(name)
    in_force = waybill.authorised_signers.filter(revoked_at__isnull=True, name_index=index)
    if in_force.exists():
        raise RuleBroken(
            _("This person is authorised for the shipment already."),
            code="authorised_already",
            field="name",
        )
    signer = AuthorisedSigner.objects.create(
        waybill=waybill,
        name=name.strip(),
        name_index=index,
        phone=normalise_phone(phone, hotline=False) if phone.strip() else "",
        given_by=given_by.strip(),
        confirmed=confirmed,
        note=note.strip()[:300],
        recorded_by=by,
    )
    data = {"signer": signer.pk, "confirmed": str(confirmed)}
    record("waybill.signer_authorised", waybill, by=by, at=at, data=data)
    return signer


@transaction.atomic
def revoke_signer(*, signer_id: int, by: "User", at: datetime) -> AuthorisedSigner:
    """The shipment is locked before the row, as everywhere here."""
    waybill = _undelivered(AuthorisedSigner.objects.get(pk=signer_id).waybill_id, by)
    signer = waybill.authorised_signers.select_for_update(of=["self"]).get(pk=signer_id)
    _revoke(signer, by, at)
    record("waybill.signer_revoked", waybill, by=by, at=at, data={"signer": signer.pk})
    return signer


@transaction.atomic
def record_consent(
    *,
    waybill_id: int,
    party: Party,
    place: str,
    given_by: str,
    confirmed: ConfirmedBy,
    by: "User",
    at: datetime,
    note: str = "",
) -> DeliveryConsent:
    """Consent to leave the shipment at a station or in a locker; the latest one counts."""
    waybill = _undelivered(waybill_id, by)
    if not place.strip() or not given_by.strip():
        raise BadInput(
            _("Type which station or locker, and who consented."),
            code="place_missing",
            field="place" if not place.strip() else "given_by",
        )
    waybill.consents.filter(revoked_at__isnull=True).update(revoked_at=at, revoked_by=by)
    consent = DeliveryConsent.objects.create(
        waybill=waybill,
        party=party,
        place=place.strip()[:120],
        given_by=given_by.strip(),
        confirmed=confirmed,
        note=note.strip()[:300],
        recorded_by=by,
    )
    data = {"party": str(party), "confirmed": str(confirmed)}
    record("waybill.station_consented", waybill, by=by, at=at, data=data)
    return consent


@transaction.atomic
def revoke_consent(*, consent_id: int, by: "User", at: datetime) -> DeliveryConsent:
    waybill = _undelivered(DeliveryConsent.objects.get(pk=consent_id).waybill_id, by)
    consent = waybill.consents.select_for_update(of=["self"]).get(pk=consent_id)
    _revoke(consent, by, at)
    record("waybill.station_consent_revoked", waybill, by=by, at=at)
    return consent


def _revoke(row: AuthorisedSigner | DeliveryConsent, by: "User", at: datetime) -> None:
    if row.revoked_at:
        raise RuleBroken(_("It was withdrawn already."), code="illegal_move")
    row.revoked_at, row.revoked_by_id = at, by.pk
    row.save(update_fields=["revoked_at", "revoked_by"])


def _undelivered(waybill_id: int, by: "User") -> Waybill:
    waybill = (
        Waybill.objects.visible_to(by)
        .select_for_update(of=["self"], no_key=True)
        .get(pk=waybill_id)
    )
    if waybill.concluded_at:
        raise RuleBroken(
            _("The shipment is concluded; who may receive it is settled."),
            code="concluded",
            rule="TRK-6",
        )
    return waybill
