"""Waybill numbers: prefix, eleven shuffled digits and a check digit (TRK-1, TRK-10).

The digits are a keyed permutation of a gapless serial, so that neighbours in time are strangers
in number; the Damm digit catches every single mistyped digit and every swap of neighbours.
"""

import re
import secrets
import unicodedata

from django.conf import settings
from django.utils.translation import gettext as _
from stdnum import damm

from apps.core.errors import BadInput
from apps.core.opaque import shuffle

BODY_DIGITS = 11
CAPACITY = 10**BODY_DIGITS
MAX_TYPED = 40

_SPACING = re.compile(r"[\s\-_.·‐‑–—\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")


def new_key() -> str:
    """A random shuffling key for a new series, as hex."""
    return secrets.token_hex(32)


def compose(prefix: str, serial: int, key: str) -> str:
    """The printed number of a serial: ``YP`` + 11 digits + check digit."""
    body = f"{shuffle(serial, key, CAPACITY):0{BODY_DIGITS}d}"
    return f"{prefix}{body}{damm.calc_check_digit(body)}"


def parse_waybill_number(text: str) -> str:
    """The canonical form of a typed or scanned number; BadInput says what is wrong with it.

    Full-width characters, small letters, spaces and hyphens are forgiven. Codes:
    ``number_empty``, ``number_prefix``, ``number_length``, ``number_characters``,
    ``number_check_digit``.
    """
    if not isinstance(text, str) or not text.strip():
        raise _bad(_("Type a waybill number."), "number_empty")
    prefix = settings.WAYBILL_PREFIX
    size = BODY_DIGITS + 1
    typed = _SPACING.sub("", unicodedata.normalize("NFKC", text[: MAX_TYPED * 4])).upper()
    shown = "".join(c for c in typed[:24] if c.isprintable())
    if not typed.startswith(prefix):
        raise _bad(
            _("“%(number)s” does not begin with %(prefix)s, as our waybill numbers do.")
            % {"number": shown, "prefix": prefix},
            "number_prefix",
        )
    digits = typed[len(prefix) :]
    if not (digits.isascii() and digits.isdigit()) and digits:
        raise _bad(
            _("After %(prefix)s a waybill number has digits only; “%(number)s” does not.")
            % {"number": shown, "prefix": prefix},
            "number_characters",
        )
    if len(digits) != size:
        raise _bad(
            _(
                "A waybill number has %(prefix)s and %(size)d digits; “%(number)s” has %(typed)d digits."
            )
            % {"number": shown, "prefix": prefix, "size": size, "typed": len(digits)},
            "number_length",
        )
    if not damm.is_valid(digits):
        raise _bad(
            _("“%(number)s” cannot be right: one digit is mistyped or two are swapped.")
            % {"number": shown},
            "number_check_digit",
        )
    return f"{prefix}{digits}"


def _bad(message: str, code: str) -> BadInput:
    return BadInput(message, code=code, field="waybill_number")


def group_number(number: str) -> str:
    """``YP 1234 5678 9012`` for reading aloud and copying."""
    prefix = number.rstrip("0123456789")
    digits = number[len(prefix) :]
    return " ".join(filter(None, [prefix, *(digits[i : i + 4] for i in range(0, len(digits), 4))]))
