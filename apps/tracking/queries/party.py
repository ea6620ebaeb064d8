"""What a proven party sees besides the public part, by the half its key opens (TRK-6, TRK-10).

A closed half shows what anybody with the number sees anyway: a masked name and the city. What
customers write of the goods and as a reference is told without the people of the shipment. A
recipient could read more on the label, but the page does not know who has the parcel in hand.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db.models import Q

from apps.core.crypto import blind_index
from apps.core.masking import mask_name, mask_phone
from apps.tracking.enums import PartyRole
from apps.tracking.models import ProofOfDelivery, Waybill
from apps.tracking.places import city_named
from apps.tracking.queries.masked import known_of, masked_text
from apps.tracking.queries.proofs import PartyProofView, proof_for_party
from apps.tracking.queries.timeline import live_events
from apps.tracking.queries.waybill import PHONE_INDEX
from apps.tracking.rules.party import role_of


@dataclass(frozen=True, slots=True)
class PartyScan:
    """One scan in its sender's own words, without the people of the shipment."""

    occurred_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class PartyView:
    """Phones stay masked: their last digits are what a party proves itself with. ``signed_at``
    is told to both halves, ``proof`` belongs to the delivery. ``scans`` newest first, those that
    say something in words; whoever receives the parcel reads the code that opens the locker, the
    point's address and the courier's phone in them."""

    role: PartyRole
    sender_name: str
    sender_phone: str
    sender_address: str
    consignee_name: str
    consignee_phone: str
    consignee_address: str
    goods_name: str
    pieces: int
    weight_g: int | None
    declared_value: Decimal | None
    insured_amount: Decimal | None
    cod_amount: Decimal | None
    reference: str
    signed_at: datetime | None
    proof: PartyProofView | None
    scans: tuple[PartyScan, ...] = ()


def party_view(waybill: Waybill, role: PartyRole) -> PartyView:
    """The halves of a shipment that ``role`` opens; only for what services.party proved, or for
    a phone that was proved by a code. The one place that decides what belongs to which half."""
    sends, delivers = role.opens_sender, role.opens_delivery
    proof = proof_for_party(waybill) if delivers else None
    return PartyView(
        role=role,
        sender_name=waybill.sender_name if sends else mask_name(waybill.sender_name),
        sender_phone=mask_phone(waybill.sender_phone) if sends else "",
        sender_address=waybill.sender_address if sends else city_named(waybill.origin_city),
        consignee_name=waybill.consignee_name if delivers else mask_name(waybill.consignee_name),
        consignee_phone=mask_phone(waybill.consignee_phone) if role.opens_consignee_phone else "",
        consignee_address=waybill.consignee_address
        if delivers
        else city_named(waybill.destination_city),
        # Both ends know what is in the parcel and what is paid at the door.
        goods_name=masked_text(waybill.goods_name, known_of(waybill)),
        pieces=waybill.pieces,
        weight_g=waybill.weight_g,
        declared_value=waybill.declared_value if sends else None,
        insured_amount=waybill.insured_amount if sends else None,
        cod_amount=waybill.cod_amount,
        reference=masked_text(waybill.customer_reference, known_of(waybill)) if sends else "",
        signed_at=proof.signed_at if proof else _signed_at(waybill),
        proof=proof,
        scans=_scans(waybill, shows_codes=delivers),
    )


def _scans(waybill: Waybill, *, shows_codes: bool) -> tuple[PartyScan, ...]:
    known = known_of(waybill)
    return tuple(
        PartyScan(event.occurred_at, masked_text(event.text, known, shows_codes=shows_codes))
        for event in reversed(live_events([waybill])[waybill.pk])
        if event.text
    )


def party_by_phone(number: str, phone_index: str) -> PartyView | None:
    """The view of whoever proved by a code to hold the phone with this index (PHONE_INDEX); None
    for an unknown number and for a phone that is no party's."""
    if not phone_index:
        return None
    mine = Q(sender_phone_index=phone_index) | Q(consignee_phone_index=phone_index)
    waybill = Waybill.objects.filter(mine, number=number).first()
    if waybill is None:
        return None
    ends = (
        (waybill.sender_phone_index, PartyRole.SENDER),
        (waybill.consignee_phone_index, PartyRole.CONSIGNEE),
    )
    role = role_of({role for index, role in ends if index == phone_index})
    return party_view(waybill, role) if role else None


def is_busy_phone(phone: str) -> bool:
    """Whether ``phone`` (E.164) stands on more than PARTY_DIGITS_MOST_SHIPMENTS live shipments: a
    merchant's, a station's, a reception's, whose digits many people know. Counts no further."""
    most = int(settings.PARTY_DIGITS_MOST_SHIPMENTS)
    index = blind_index(phone, PHONE_INDEX)
    live = Waybill.objects.open().order_by().values_list("pk", flat=True)
    # Two index ranges, each of live shipments alone, instead of an OR that would read the table.
    sent = list(live.filter(sender_phone_index=index)[: most + 1])
    received = list(live.filter(consignee_phone_index=index)[: most + 1])
    return len({*sent, *received}) > most


def _signed_at(waybill: Waybill) -> datetime | None:
    proofs = ProofOfDelivery.objects.standing().filter(waybill=waybill)
    return proofs.values_list("signed_at", flat=True).first()
