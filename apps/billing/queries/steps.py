"""How a price came about: recomputed, and checked against what was charged (BIL-1)."""

from apps.billing.enums import ChargeKind
from apps.billing.models import Charge, ShipmentRating
from apps.pricing.queries.pricing import explain_price
from apps.pricing.queries.reading import compiled
from apps.pricing.rating import Adjustment, Month, Step, explain_month, shipment_from


def steps_of(rating: ShipmentRating) -> tuple[list[Step], bool]:
    """The steps by the version and the facts that were kept, and whether they give the same price."""
    rated, steps = explain_price(rating.version, shipment_from(rating.inputs))
    return steps, rating.gross is not None and rated.gross_fen == int(rating.gross * 100)


def in_short(charge: Charge) -> str:
    """A tier's steps as one line, for papers and sheets."""
    _made, steps = _explained(charge)
    text = "; ".join(step.how for step in steps)
    return text[: Charge._meta.get_field("reason").max_length]


def _explained(charge: Charge) -> tuple[Adjustment, list[Step]]:
    if charge.tariff_version is None:
        raise TypeError(f"{ChargeKind.TIER} without the version that it is of")
    tariff = compiled(charge.tariff_version).tariff
    return explain_month(tariff, Month(**charge.inputs))
