"""Everything about a shipment for somebody who proved to be a party (TRK-6, TRK-10)."""

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.money import format_money
from apps.portal.weights import kilograms
from apps.tracking.models import Waybill
from apps.tracking.queries.proofs import PartyProofView
from apps.tracking.queries.public import PartyView


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Group:
    heading: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Photo:
    address: str
    width: int
    height: int
    words: str


def groups_of(waybill: Waybill, view: PartyView, proof: PartyProofView | None) -> list[Group]:
    """The page's blocks, without lines that have nothing to say.

    Phones stay masked even here: their last four digits are the key to this page.
    """
    groups = [
        Group(
            _("Sender"),
            _filled(
                (_("Name"), view.sender_name),
                (_("Phone"), view.sender_phone),
                (_("Address"), view.sender_address),
            ),
        ),
        Group(
            _("Consignee"),
            _filled(
                (_("Name"), view.consignee_name),
                (_("Phone"), view.consignee_phone),
                (_("Address"), view.consignee_address),
            ),
        ),
        Group(_("Goods"), _goods(waybill)),
    ]
    if proof is not None:
        groups.append(Group(_("Proof of delivery"), _proof(proof)))
    return [group for group in groups if group.lines]


def photos_of(number: str, proof: PartyProofView | None) -> list[Photo]:
    pictures = proof.photos if proof else ()
    return [
        Photo(
            f"/track/{number}/photo/{picture.key}",
            picture.width,
            picture.height,
            _("Photo %(n)d of the delivery") % {"n": n},
        )
        for n, picture in enumerate(pictures, start=1)
    ]


def photo_key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _goods(waybill: Waybill) -> list[Line]:
    value, cod = waybill.declared_value, waybill.cod_amount
    return _filled(
        (_("Goods"), waybill.goods_name),
        (_("Pieces"), str(waybill.pieces)),
        (_("Weight"), kilograms(waybill.weight_g) if waybill.weight_g else ""),
        (_("Declared value"), "" if value is None else format_money(value)),
        (_("Cash on delivery"), "" if cod is None else format_money(cod)),
        (_("Your reference"), waybill.customer_reference),
    )


def _proof(proof: PartyProofView) -> list[Line]:
    signed = timezone.localtime(proof.signed_at)
    return _filled(
        (_("Signed by"), f"{proof.signed_by} ({proof.signer.label})"),
        (_("Signed at"), f"{signed:%Y-%m-%d %H:%M}"),
        (_("Handed over"), str(proof.handed_over.label)),
        (_("Packaging"), _("intact") if proof.packaging_intact else _("not intact")),
        (_("Opened and checked"), _opened(proof)),
        (_("Paid at the door"), "" if proof.cod_paid is None else format_money(proof.cod_paid)),
        (_("Notes"), proof.notes),
    )


def _opened(proof: PartyProofView) -> str:
    if not proof.was_opened:
        return _("not opened")
    if proof.appearance_good and proof.count_right:
        return _("yes: looks and count are right")
    return _("yes: something was not right")


def _filled(*lines: tuple[str, str]) -> list[Line]:
    return [Line(name, value) for name, value in lines if value]
