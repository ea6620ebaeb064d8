"""The weight that is charged: volumetric, rounded. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from apps.pricing.enums import Volumetric
from apps.pricing.rating.amounts import ceil_div
from apps.pricing.rating.tariff import Tariff, WeightStep


class Weighed(NamedTuple):
    """Grams: as on the scale, by volume (begun grams count), and charged."""

    actual_g: int
    volumetric_g: int
    chargeable_g: int


def round_weight(numerator: int, steps: Sequence[WeightStep], denominator: int = 1) -> int:
    """``numerator / denominator`` grams rounded by the first step whose end it does not exceed.

    Exact for fractions of a gram, which volumetric weights have: “up” (a threshold of 1 g) takes any
    fraction, a greater threshold must be reached.
    """
    begun = ceil_div(numerator, denominator)
    for one in steps:
        if one.upto is None or begun <= one.upto:
            weight = begun if one.threshold == 1 else numerator // denominator
            full, rest = divmod(weight, one.step)
            return (full + (rest >= one.threshold)) * one.step
    raise ValueError("the last step of rounding has an end")


def weigh(tariff: Tariff, weight_g: int, volume_mm3: int) -> Weighed:
    """The weight charged of one thing. A divisor in cm³/kg is one in mm³/g."""
    numerator, denominator, volumetric = weight_g, 1, 0
    if volume_mm3 and tariff.volumetric != Volumetric.OFF:
        divisor = tariff.divisor
        volumetric = ceil_div(volume_mm3, divisor)
        if volume_mm3 > weight_g * divisor:
            numerator, denominator = volume_mm3, divisor
            if tariff.volumetric == Volumetric.HALF:
                numerator, denominator = volume_mm3 + weight_g * divisor, 2 * divisor
    rounded = round_weight(numerator, tariff.weight_steps, denominator)
    return Weighed(weight_g, volumetric, max(rounded, tariff.min_weight_g))
