"""Numbers as people type them and sheets hold them: full-width, with thousands separators. Pure."""

import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import BadInput


def number_typed(value: Any, name: str) -> Decimal:
    """The number; BadInput ``not_a_number`` on ``name``."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise BadInput(_("This must be a number."), code="not_a_number", field=name)
    text = unicodedata.normalize("NFKC", str(value)[:40]).strip().replace(",", "").lstrip("¥")
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or len(str(value)) > 40:
        raise BadInput(
            _("“%(given)s” is not a number.") % {"given": str(value)[:40]},
            code="not_a_number",
            field=name,
        )
    return number


def whole(most: int) -> Callable[[Any, str], int]:
    """A reader of whole numbers from 1 to ``most``; it is given the value and its field."""

    def clean(value: Any, name: str) -> int:
        return _within(number_typed(value, name), most, name)

    return clean


def scaled(factor: int, most: int) -> Callable[[Any, str], int]:
    """A reader of kilograms as grams, cubic metres as cm³, kilometres as metres: above nought, at most ``most``
    of the small ones, and none finer than one. BadInput ``too_fine``, ``out_of_range``."""

    def clean(value: Any, name: str) -> int:
        number = number_typed(value, name)
        if abs(number) > most:
            raise out_of_range(
                name, _("This is too much; at most %(most)s.") % {"most": most // factor}
            )
        return _within(number * factor, most, name, most // factor)

    return clean


def _within(number: Decimal, most: int, name: str, spoken_most: int | None = None) -> int:
    if number != number.to_integral_value():
        raise BadInput(_("Too many decimal places."), code="too_fine", field=name)
    if number <= 0:
        raise out_of_range(name, _("This must be more than zero."))
    if number > most:
        raise out_of_range(
            name, _("This is too much; at most %(most)s.") % {"most": spoken_most or most}
        )
    return int(number)


def out_of_range(name: str, message: str) -> BadInput:
    return BadInput(message, code="out_of_range", field=name)
