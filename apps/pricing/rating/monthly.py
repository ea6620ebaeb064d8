"""Monthly tiers 阶梯量价: one adjustment of a month, never a re-rating of its shipments. Pure."""

from typing import NamedTuple

from apps.pricing.enums import TierMeasure
from apps.pricing.rating.amounts import part_of
from apps.pricing.rating.tariff import MonthlyTier, Tariff


class Month(NamedTuple):
    """A payer's month: shipments, chargeable grams and the freight that was charged, in fen."""

    shipments: int
    weight_g: int
    freight_fen: int


class Adjustment(NamedTuple):
    """``fen`` is 0 or below; ``tier`` is the number of the tier that was reached, from 0."""

    fen: int
    tier: int | None
    discount_ppm: int


def adjust_month(tariff: Tariff, month: Month) -> Adjustment:
    """The tier that the month reached takes its discount off the whole month's freight."""
    reached = {
        TierMeasure.SHIPMENTS: month.shipments,
        TierMeasure.WEIGHT: month.weight_g,
        TierMeasure.AMOUNT: month.freight_fen,
    }[TierMeasure(tariff.monthly_measure)]
    number, tier = _tier(tariff.monthly, reached)
    if tier is None or month.freight_fen <= 0:
        return Adjustment(0, None, 0)
    return Adjustment(-part_of(month.freight_fen, tier.discount_ppm), number, tier.discount_ppm)


def _tier(tiers: tuple[MonthlyTier, ...], reached: int) -> tuple[int, MonthlyTier | None]:
    for number, tier in enumerate(tiers):
        if tier.upto is None or reached <= tier.upto:
            return number, tier
    return 0, None
