"""Numbers as people type them and sheets hold them: full-width, with thousands separators. Pure."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import BadInput

# A comma parts thousands and nothing else: “80,50” may mean eighty and a half, so it is no number.
_FIGURES = re.compile(
    r"[+-]?(?:\d*|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d*)?(?:e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE
)
# Full-width signs as an input method for Chinese writes them. No other look-alikes: “2²” is not 22.
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord("￥"): "¥"}
LONGEST = 40  # signs


def plain_figures(text: str) -> str | None:
    """``"￥１，２８０．５０"`` → ``"1280.50"``, for Decimal to read; None where it is not written as a number is."""
    typed = text[:LONGEST].translate(_WIDE).strip().lstrip("¥").strip()
    if len(text) > LONGEST or _FIGURES.fullmatch(typed) is None:
        return None
    return typed.replace(",", "")


def not_a_number(given: str) -> str:
    """The words of the refusal."""
    named = {"given": given[:LONGEST]}
    if re.search("[,，]", given):
        return (
            _("“%(given)s” is not a number; a comma only parts thousands, as in 1,280.50.") % named
        )
    return _("“%(given)s” is not a number.") % named


def number_typed(value: Any, name: str) -> Decimal:
    """The number; BadInput ``not_a_number`` on ``name``."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise BadInput(_("This must be a number."), code="not_a_number", field=name)
    figures = plain_figures(str(value))
    try:
        number = Decimal("NaN" if figures is None else figures)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise BadInput(not_a_number(str(value)), code="not_a_number", field=name)
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
