"""Money is Decimal with two places; there is one rounding function."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils.translation import gettext as _

from apps.core.errors import BadInput

CENT = Decimal("0.01")
SIGNS = {"CNY": "¥"}


def money(amount: Decimal | int | str) -> Decimal:
    """Round half up to the cent. Floats are refused: they have already lost the cents."""
    if isinstance(amount, float):
        raise TypeError("money takes Decimal, int or str, never float")
    try:
        value = Decimal(amount)
        if not value.is_finite():
            raise InvalidOperation
        return value.quantize(CENT, rounding=ROUND_HALF_UP)
    except InvalidOperation:
        raise BadInput(
            _("“%(amount)s” is not an amount of money.") % {"amount": str(amount)[:40]},
            code="bad_amount",
        ) from None


def format_money(amount: Decimal, currency: str = "CNY") -> str:
    """``Decimal("-1234.5")`` → ``-¥1,234.50``."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{SIGNS.get(currency, currency + ' ')}{abs(money(amount)):,.2f}"
