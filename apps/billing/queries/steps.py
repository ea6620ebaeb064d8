"""How a shipment's price came about: recomputed, and checked against what was charged (BIL-1)."""

from apps.billing.models import ShipmentRating
from apps.pricing.queries.pricing import explain_price
from apps.pricing.rating import Step, shipment_from


def steps_of(rating: ShipmentRating) -> tuple[list[Step], bool]:
    """The steps by the version and the facts that were kept, and whether they give the same price."""
    rated, steps = explain_price(rating.version, shipment_from(rating.inputs))
    return steps, rating.gross is not None and rated.gross_fen == int(rating.gross * 100)
