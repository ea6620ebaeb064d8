"""Tax in a gross amount. Contract prices include it; it is split once per invoice line, not per
charge: 1,000 charges of 10.00 at 6 % hold 566.04 of tax, not 1,000 times 0.57. Pure."""

from typing import NamedTuple

from apps.pricing.rating.amounts import MILLION, half_up, part_of


class Split(NamedTuple):
    """fen; ``net_fen + tax_fen`` is the gross amount, always."""

    net_fen: int
    tax_fen: int


def split_gross(gross_fen: int, rate_ppm: int) -> Split:
    tax = half_up(gross_fen * rate_ppm, MILLION + rate_ppm)
    return Split(gross_fen - tax, tax)


def add_tax(net_fen: int, rate_ppm: int) -> Split:
    return Split(net_fen, part_of(net_fen, rate_ppm))
