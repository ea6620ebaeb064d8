"""Tax out of amounts in yuan that include it. Pure."""

from decimal import Decimal

from apps.pricing.rating.amounts import yuan
from apps.pricing.rating.tax import split_gross


def split(gross: Decimal, rate_ppm: int) -> tuple[Decimal, Decimal]:
    """(net, tax) of an amount that includes tax at a rate in millionths (6 %: 60,000); they add up.

    Split once per line of an invoice, never per charge (增值税暂行条例实施细则 §14: sales = gross ÷ (1 + rate)).
    """
    net, tax = split_gross(int(gross * 100), rate_ppm)
    return yuan(net), yuan(tax)
