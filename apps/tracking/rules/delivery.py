"""May this person sign for this shipment, here, for this money? (TRK-6)"""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.errors import BadInput, RuleBroken
from apps.core.money import format_money
from apps.tracking.enums import HandedOverAt, Signer, Status
from apps.tracking.models import AuthorisedSigner, DeliveryConsent, Waybill
from apps.tracking.signing import NewProof, same_person

NOT_DELIVERABLE = (Status.CANCELLED, Status.RETURNING, Status.RETURNED)


def check_shipment(waybill: Waybill, proof: NewProof, at: datetime) -> None:
    """The shipment can be delivered, and the time is possible."""
    if waybill.status in NOT_DELIVERABLE:
        raise RuleBroken(
            _("This shipment is “%(status)s”; nothing can be signed for it.")
            % {"status": Status(waybill.status).label},
            code="not_deliverable",
            rule="TRK-6",
        )
    if proof.signed_at > at:
        raise BadInput(_("The signing lies in the future."), code="future", field="signed_at")
    earliest = waybill.picked_up_at or waybill.issued_at
    if proof.signed_at < earliest:
        raise BadInput(
            _("It was signed before it was picked up (%(time)s).")
            % {"time": timezone.localtime(earliest).strftime("%Y-%m-%d %H:%M")},
            code="before_pickup",
            field="signed_at",
        )


def who_signed(
    waybill: Waybill, proof: NewProof, authorised: Iterable[AuthorisedSigner]
) -> tuple[Signer, AuthorisedSigner | None]:
    """The consignee on the waybill, or someone authorised before the signing."""
    if not proof.signed_by.strip():
        raise BadInput(_("Type who signed."), code="signer_missing", field="signed_by")
    if same_person(proof.signed_by, waybill.consignee_name):
        return Signer.CONSIGNEE, None
    named = [s for s in authorised if same_person(s.name, proof.signed_by)]
    for signer in named:
        if signer.recorded_at <= proof.signed_at and (
            signer.revoked_at is None or signer.revoked_at > proof.signed_at
        ):
            return Signer.AUTHORISED, signer
    if named:
        message = _("This person was not authorised at the time of signing.")
    else:
        message = _(
            "Only the consignee on the waybill may sign, or someone the customer authorised "
            "through customer service beforehand."
        )
    raise RuleBroken(message, code="signer_not_authorised", field="signed_by", rule="TRK-6")


def consent_for(proof: NewProof, consents: Iterable[DeliveryConsent]) -> DeliveryConsent | None:
    """At the door none is needed; a station or locker needs one given before."""
    if proof.handed_over == HandedOverAt.DOOR:
        return None
    for consent in consents:
        if consent.recorded_at <= proof.signed_at and (
            consent.revoked_at is None or consent.revoked_at > proof.signed_at
        ):
            return consent
    raise RuleBroken(
        _(
            "Nobody consented to a station or locker before. Deliver to the door, "
            "or ask and record the consent first."
        ),
        code="consent_missing",
        field="handed_over",
        rule="TRK-6",
    )


def check_condition(proof: NewProof, photos: int) -> None:
    """What was seen is said; whatever is off has a photo at once."""
    seen = (proof.appearance_good, proof.count_right)
    if proof.was_opened and None in seen:
        raise BadInput(
            _("It was opened: say whether looks and count agree with the list."),
            code="check_missing",
            field="appearance_good",
        )
    if not proof.was_opened and seen != (None, None):
        raise BadInput(
            _("Looks and count are seen only when it is opened."),
            code="not_opened",
            field="was_opened",
        )
    if not proof.all_well and photos == 0:
        raise RuleBroken(
            _("Something is off: add photos of it."),
            code="photos_missing",
            field="photos",
            rule="TRK-6",
        )


def check_cod(waybill: Waybill, proof: NewProof) -> None:
    """What is due is paid to the cent, or the difference is explained."""
    due, paid = waybill.cod_amount, proof.cod_paid
    if due is None:
        if paid is not None or proof.cod_method:
            raise BadInput(
                _("Nothing is to be paid at the door for this shipment."),
                code="no_cod",
                field="cod_paid",
            )
        return
    if paid is None or paid < 0:
        raise BadInput(
            _("%(sum)s is to be paid at the door; type what was paid.")
            % {"sum": format_money(due)},
            code="cod_missing",
            field="cod_paid",
            rule="TRK-6",
        )
    if paid and not proof.cod_method:
        raise BadInput(_("Choose how it was paid."), code="method_missing", field="cod_method")
    if paid != due and not proof.cod_reason.strip():
        raise RuleBroken(
            _("%(sum)s is due, not %(paid)s. Take the right sum, or say why it differs.")
            % {"sum": format_money(due), "paid": format_money(paid)},
            code="cod_differs",
            field="cod_paid",
            rule="TRK-6",
        )
