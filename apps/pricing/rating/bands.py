"""The arithmetic of one band. Pure."""

from apps.pricing.rating.amounts import ceil_div, half_up, part_of
from apps.pricing.rating.tariff import Band, Segment


def steps_begun(quantity: int, beyond: int, step: int) -> int:
    """How many steps above ``beyond`` were begun."""
    return ceil_div(quantity - beyond, step) if quantity > beyond else 0


def price_at(segment: Segment, quantity: int) -> int:
    """What a segment costs at ``quantity``, in fen."""
    begun = steps_begun(quantity, segment.beyond, segment.step)
    if segment.per is None or segment.per == segment.step:
        return segment.base_fen + begun * segment.inc_fen
    return segment.base_fen + half_up(begun * segment.step * segment.inc_fen, segment.per)


def fee_of(band: Band, basis: int) -> int:
    """What a component's band costs at ``basis``: a rate of money, a price per step of a quantity."""
    fee = band.base_fen
    if band.rate_ppm:
        fee += part_of(max(0, basis - band.beyond), band.rate_ppm)
    if band.inc_fen:
        fee += steps_begun(basis, band.beyond, band.step) * band.inc_fen
    return fee
