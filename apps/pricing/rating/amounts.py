"""Money in fen, weight in grams, rates in millionths: integers all the way. Pure.

A float is refused: 4.2 kg as a float is a step dearer than 4.2 kg.
"""

from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from apps.core.errors import BadInput

MILLION = 1_000_000
Number = Decimal | int | str


def decimal_of(value: Number) -> Decimal:
    """``value`` as it is written; TypeError for a float, BadInput for what is no number."""
    if isinstance(value, float | bool):
        raise TypeError("takes Decimal, int or str, never float")
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number.adjusted() > 15:
        message = _("“%(value)s” is not a number.") % {"value": str(value)[:40]}
        raise BadInput(message, code="bad_number")
    return number


def fen(yuan: Number) -> int:
    """``"12.50"`` → 1250. A third decimal that is not 0 is refused (``too_fine``)."""
    return _whole(yuan, 100, _("“%(value)s”: an amount has two decimals at most."))


def ppm(percent: Number) -> int:
    """A rate in per cent → millionths: ``"0.3"`` → 3000. Four decimals at most."""
    return _whole(percent, 10_000, _("“%(value)s”: a rate has four decimals at most."))


def grams(kg: Number) -> int:
    """Kilograms → grams; a gram that was begun counts."""
    number = decimal_of(kg) * 1000
    return -int(-number // 1)


def yuan(amount: int) -> Decimal:
    """1250 → ``Decimal("12.50")``."""
    return Decimal(amount).scaleb(-2)


def _whole(value: Number, parts: int, refusal: str) -> int:
    number = decimal_of(value) * parts
    if number != number.to_integral_value():
        raise BadInput(refusal % {"value": str(value)[:40]}, code="too_fine")
    return int(number)


def half_up(numerator: int, denominator: int) -> int:
    """The nearest integer, halves away from 0."""
    if numerator < 0:
        return -half_up(-numerator, denominator)
    return (2 * numerator + denominator) // (2 * denominator)


def ceil_div(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)


def part_of(amount: int, rate_ppm: int) -> int:
    """``rate_ppm`` millionths of an amount, rounded half up once."""
    return half_up(amount * rate_ppm, MILLION)


def shares(total: int, parts: int) -> list[tuple[int, int]]:
    """A total spread over ``parts`` in integers that add up to it exactly: [(share, how many)].
    24,000 g over 7 pieces are 3 × 3,428 g and 4 × 3,429 g."""
    small, larger = divmod(total, parts)
    return [(small + more, n) for more, n in ((0, parts - larger), (1, larger)) if n]
