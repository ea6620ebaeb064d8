"""What a price is asked for. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from apps.pricing.rating.amounts import Number, decimal_of, grams

NONE: Mapping[str, int] = MappingProxyType({})


class Parcel(NamedTuple):
    """One piece: grams and cubic millimetres."""

    weight_g: int
    volume_mm3: int = 0


class Shipment(NamedTuple):
    """The facts that a price depends on, and nothing else.

    ``origin`` and ``destination`` are codes of GB/T 2260 (six digits; "" where nobody knows).
    ``weight_g`` and ``volume_mm3`` are of all pieces together; where ``parcels`` are given, they
    count instead. ``insured_fen`` is the insured amount 保价金额 (0: not insured), not the declared
    value. ``extras`` are quantities of what was asked for beside the transport, under the names
    that the tariff's components know: ``{"sign_back": 1, "waiting_minutes": 45}``. ``distance_m`` is
    for prices by vehicle, ``pallet_days`` for storage. ``quoted_fen`` is the amount of an approved
    quote, which then is the freight.
    """

    origin: str = ""
    destination: str = ""
    weight_g: int = 0
    volume_mm3: int = 0
    pieces: int = 1
    parcels: tuple[Parcel, ...] = ()
    insured_fen: int = 0
    cod_fen: int = 0
    extras: Mapping[str, int] = NONE
    vehicle: str = ""
    distance_m: int = 0
    pallet_days: int = 0
    quoted_fen: int | None = None


_USUAL = Shipment()


def inputs_of(shipment: Shipment) -> dict[str, Any]:
    """What a charge keeps of it, for JSON: everything that is not as usual."""
    found = {
        name: value for name, value in shipment._asdict().items() if value != getattr(_USUAL, name)
    }
    if "extras" in found:
        found["extras"] = dict(shipment.extras)
    return found


def shipment_from(inputs: Mapping[str, Any]) -> Shipment:
    """The shipment that ``inputs_of`` kept."""
    parcels = tuple(Parcel(*parcel) for parcel in inputs.get("parcels", ()))
    return Shipment(**{**inputs, "parcels": parcels})


def volume(*sides_cm: Number) -> int:
    """Cubic millimetres of sides in centimetres; a cubic millimetre that was begun counts."""
    product = Decimal(1)
    for side in sides_cm:
        product *= decimal_of(side)
    return -int(-product * 1000 // 1)


def parcel(weight_kg: Number, *sides_cm: Number) -> Parcel:
    return Parcel(grams(weight_kg), volume(*sides_cm) if sides_cm else 0)
