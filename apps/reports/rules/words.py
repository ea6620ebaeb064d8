"""Figures as people read them. Pure."""

from datetime import timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from apps.core.money import format_money
from apps.core.times import span
from apps.reports.enums import Shows


def shown(value: Fraction | Decimal | None, *, shows: str, per: int, is_time: bool) -> str:
    """“97.3 %”, “4.20 /10,000”, “3 h 12 min”, “4.6”, “1,204”. Shares are rounded down, so that what misses a goal never
    looks as if it met it."""
    if value is None:
        return "—"
    exact = (
        Decimal(value.numerator) / Decimal(value.denominator)
        if isinstance(value, Fraction)
        else value
    )
    if is_time:
        return seconds(exact)
    if shows == Shows.COUNT:
        return f"{int(exact):,}"
    if shows in (Shows.MONEY, Shows.MONEY_RATE):
        return format_money(exact.quantize(Decimal("0.01"), ROUND_HALF_EVEN))
    if shows == Shows.RATE:
        places = Decimal("0.1") if per == 100 else Decimal("0.01")
        unit = "%" if per == 100 else f"/{per:,}"
        return f"{exact.quantize(places, ROUND_FLOOR)} {unit}"
    return f"{exact.quantize(Decimal('0.01'), ROUND_HALF_EVEN)}"


def seconds(value: Decimal | None) -> str:
    """Under two minutes in seconds."""
    if value is None:
        return "—"
    if value < 120:
        return _("%(n)d s") % {"n": round(value)}
    return span(timedelta(seconds=float(value)))
