"""Waybill numbers: prefix, eleven shuffled digits and a check digit (TRK-1, TRK-10).

The digits are a keyed permutation of a gapless serial, so that neighbours in time are strangers
in number; the Damm digit catches every single mistyped digit and every swap of neighbours.
"""

import re
import secrets
import unicodedata
from hashlib import blake2b

from django.conf import settings
from django.utils.translation import gettext as _
from stdnum import damm

from apps.core.errors import BadInput

BODY_DIGITS = 11
CAPACITY = 10**BODY_DIGITS
MAX_TYPED = 40

_HALF_BITS = 19  # two halves of 19 bits hold 10**11 with 2.7 tries on average
_HALF = (1 << _HALF_BITS) - 1
_ROUNDS = 8
_SPACING = re.compile(r"[\s\-_.·‐‑–—\u200b\u200e\u200f\ufeff]+")


def new_key() -> str:
    """A random shuffling key for a new series, as hex."""
    return secrets.token_hex(32)


def _mix(key: bytes, turn: int, half: int) -> int:
    digest = blake2b(half.to_bytes(4, "big"), key=key, digest_size=4, person=bytes([turn]))
    return int.from_bytes(digest.digest(), "big") & _HALF


def shuffle(serial: int, key: str) -> int:
    """The serial's place among ``CAPACITY`` bodies; a bijection for each key."""
    return _walk(serial, key, range(_ROUNDS))


def unshuffle(body: int, key: str) -> int:
    """The serial behind a body."""
    return _walk(body, key, range(_ROUNDS - 1, -1, -1))


def _walk(value: int, key: str, turns: range) -> int:
    if not 0 <= value < CAPACITY:
        raise ValueError(f"{value} is outside the {BODY_DIGITS} digits of a number")
    secret = bytes.fromhex(key)
    backwards = turns.step < 0
    while True:
        left, right = value >> _HALF_BITS, value & _HALF
        for turn in turns:
            if backwards:
                left, right = right ^ _mix(secret, turn, left), left
            else:
                left, right = right, left ^ _mix(secret, turn, right)
        value = left << _HALF_BITS | right
        if value < CAPACITY:
            return value


def compose(prefix: str, serial: int, key: str) -> str:
    """The printed number of a serial: ``YP`` + 11 digits + check digit."""
    body = f"{shuffle(serial, key):0{BODY_DIGITS}d}"
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
