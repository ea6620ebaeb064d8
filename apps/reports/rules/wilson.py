"""How sure a share is: the 95 % score interval of Wilson (1927). Pure."""

from math import sqrt
from typing import Final

Z: Final = 1.959963984540054  # the 97.5th percentile of the normal distribution
FEW: Final = 30  # fewer than these say too little to rank by


def interval(part: int, whole: int) -> tuple[float, float] | None:
    """Between which shares the true one lies in 95 of 100 cases; None where nothing counts. A numerator that is no
    part of its denominator (complaints per shipments) is taken as one, at most the whole."""
    if whole <= 0:
        return None
    part = min(part, whole)
    share, square = part / whole, Z * Z
    middle = (share + square / (2 * whole)) / (1 + square / whole)
    half = (
        Z * sqrt(share * (1 - share) / whole + square / (4 * whole * whole)) / (1 + square / whole)
    )
    low = 0.0 if part == 0 else max(0.0, middle - half)
    return low, 1.0 if part == whole else min(1.0, middle + half)
