"""Everything about a shipment for somebody who proved to be a party (TRK-6, TRK-10)."""

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.billing.queries.fees import Fee
from apps.core.money import format_money
from apps.portal.weights import kilograms
from apps.tracking.enums import PartyRole
from apps.tracking.queries.party import PartyView
from apps.tracking.queries.proofs import PartyProofView


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


def groups_of(view: PartyView) -> list[Group]:
    """The page's blocks, without lines that have nothing to say. What belongs to which half is
    decided by ``party_view``; phones stay masked even here: their last digits are the key."""
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
        Group(_("Goods"), _goods(view)),
        Group(_("Proof of delivery"), _signed(view)),
    ]
    return [group for group in groups if group.lines]


def fee_group(fee: Fee) -> Group:
    """What the shipment costs, for the party that pays it."""
    lines = [Line(str(kind.label), format_money(amount)) for kind, amount in fee.lines]
    return Group(_("Fee"), [*lines, Line(_("Total"), format_money(fee.total))])


def closed_half(view: PartyView) -> str:
    """What the key did not open, and which key does; empty when nothing is closed."""
    if view.role == PartyRole.SENDER:
        return _(
            "The consignee's address and the proof of delivery open with the last four digits of "
            "the consignee's phone."
        )
    if view.role.opens_sender:
        return ""
    return _("What the sender stated opens with the last four digits of the sender's phone.")


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


def _goods(view: PartyView) -> list[Line]:
    value, cod, insured = view.declared_value, view.cod_amount, view.insured_amount
    return _filled(
        (_("Goods"), view.goods_name),
        (_("Pieces"), str(view.pieces)),
        (_("Weight"), kilograms(view.weight_g) if view.weight_g else ""),
        (_("Declared value"), "" if value is None else format_money(value)),
        (_("Insured amount"), "" if insured is None else format_money(insured)),
        (_("Cash on delivery"), "" if cod is None else format_money(cod)),
        (_("Your reference"), view.reference),
    )


def _signed(view: PartyView) -> list[Line]:
    """That it was signed and when is told to both halves."""
    if view.signed_at is None:
        return []
    signed = (_("Signed at"), f"{timezone.localtime(view.signed_at):%Y-%m-%d %H:%M}")
    return _proof(view.proof, signed) if view.proof else _filled(signed)


def _proof(proof: PartyProofView, signed: tuple[str, str]) -> list[Line]:
    return _filled(
        (_("Signed by"), f"{proof.signed_by} ({proof.signer.label})"),
        signed,
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
