"""Monthly tiers 阶梯量价: one adjustment of a month, never a re-rating of its shipments. Pure."""

from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from apps.pricing.enums import ComponentKind, TierMeasure
from apps.pricing.rating.amounts import part_of, yuan
from apps.pricing.rating.explaining import Step, percent
from apps.pricing.rating.tariff import MonthlyTier, Tariff


class Month(NamedTuple):
    """A payer's month: shipments, chargeable grams and the freight that was charged, in fen.
    ``own_fen`` is how much of that freight the discount is taken off, where it is not all: a version
    that was followed by another within the month counts them together and takes off its own."""

    shipments: int
    weight_g: int
    freight_fen: int
    own_fen: int | None = None

    @property
    def base_fen(self) -> int:
        return self.freight_fen if self.own_fen is None else self.own_fen


class Adjustment(NamedTuple):
    """``fen`` is 0 or below; ``tier`` is the number of the tier that was reached, from 0."""

    fen: int
    tier: int | None
    discount_ppm: int


def adjust_month(tariff: Tariff, month: Month) -> Adjustment:
    """The tier that the month reached takes its discount off the whole month's freight."""
    number, tier = _tier(tariff.monthly, _reached(tariff, month))
    if tier is None or month.base_fen <= 0:
        return Adjustment(0, None, 0)
    return Adjustment(-part_of(month.base_fen, tier.discount_ppm), number, tier.discount_ppm)


def explain_month(tariff: Tariff, month: Month) -> tuple[Adjustment, list[Step]]:
    """The adjustment and its steps: what the month reached, which tier that is, what it takes off."""
    made = adjust_month(tariff, month)
    reached = _("%(shipments)d shipments, %(kg)s kg, freight %(freight)s") % {
        "shipments": month.shipments,
        "kg": f"{Decimal(month.weight_g) / 1000:f}",
        "freight": yuan(month.freight_fen),
    }
    steps = [Step(_("The month"), reached, None)]
    if made.tier is None:
        return made, steps
    counted = str(TierMeasure(tariff.monthly_measure).label)
    which = _("tier %(n)d by %(counted)s") % {"n": made.tier + 1, "counted": counted}
    how = _("%(rate)s %% of %(of)s (%(what)s)") % {
        "rate": percent(made.discount_ppm),
        "of": yuan(month.base_fen),
        "what": str(ComponentKind.FREIGHT.label),
    }
    return made, [
        *steps,
        Step(_("Reached"), which, None),
        Step(_("Volume tier of the month"), how, made.fen),
    ]


def _reached(tariff: Tariff, month: Month) -> int:
    return {
        TierMeasure.SHIPMENTS: month.shipments,
        TierMeasure.WEIGHT: month.weight_g,
        TierMeasure.AMOUNT: month.freight_fen,
    }[TierMeasure(tariff.monthly_measure)]


def _tier(tiers: tuple[MonthlyTier, ...], reached: int) -> tuple[int, MonthlyTier | None]:
    for number, tier in enumerate(tiers):
        if tier.upto is None or reached <= tier.upto:
            return number, tier
    return 0, None
