"""Row numbers and serials on their way out of the company: what leaves shows nobody how many there
are, and is the same each time (docs/adr/0005).

Keyed by BLIND_INDEX_KEY, which stays as long as the installation does: what was given out is still
understood after the other keys were renewed.
"""

from datetime import date
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b

from stdnum import damm

from apps.core.crypto import blind_index

_IDS = 2**63
# Crockford's: no look-alikes, so that an id can be read out.
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 13
_PER_DAY_DIGITS = 7
PER_DAY = 10**_PER_DAY_DIGITS


class Id(StrEnum):
    """What an id is of, which is how it begins."""

    EVENT = "evt"
    ENDPOINT = "we"
    CASE_MESSAGE = "cm"
    CHAT_LINE = "line"
    RATING = "ask"
    DIGEST = "digest"
    SUBSCRIPTION = "sub"
    CODE = "otc"
    DELIVERY = "sms"
    CHARGE = "ch"
    ACCOUNT_NOTICE = "an"
    PAYEE = "pa"
    SURVEY = "sv"
    RULE = "cr"


@lru_cache(maxsize=256)
def _key(purpose: str) -> str:
    return blind_index(purpose, "core.opaque")


def id_shape(kind: Id) -> str:
    """The pattern of ``hide(kind, …)``, as Python and ECMA read it alike."""
    return rf"^{kind}_[0-7][{_LETTERS}]{{{_LENGTH - 1}}}$"


# Those who follow a shipment ask for the same events again and again.
@lru_cache(maxsize=65_536)
def hide(kind: Id, row: int) -> str:
    """``evt_3k9x…`` for a row number; ``kind`` keeps ids of two tables apart."""
    left = shuffle(row, _key(kind), _IDS)
    letters = []
    for _n in range(_LENGTH):
        left, digit = divmod(left, 32)
        letters.append(_LETTERS[digit])
    return f"{kind}_{''.join(reversed(letters))}"


def unhide(kind: Id, text: str) -> int | None:
    """The row number behind an id; None for what we cannot have given out."""
    start, _line, letters = text.partition("_")
    if start != kind or len(letters) != _LENGTH or set(letters) - set(_LETTERS):
        return None
    value = 0
    for letter in letters:
        value = value * 32 + _LETTERS.index(letter)
    return unshuffle(value, _key(kind), _IDS) if value < _IDS else None


def unhide_signed(kind: Id, value: object) -> int | None:
    """As ``unhide``, for values out of links that we signed: older links hold the row number itself."""
    return value if isinstance(value, int) else unhide(kind, str(value))


def hide_among(purpose: str, row: int, capacity: int) -> int:
    """A row number as another number below ``capacity``, where an id must be short."""
    return shuffle(row, _key(purpose), capacity)


def unhide_among(purpose: str, value: int, capacity: int) -> int:
    return unshuffle(value, _key(purpose), capacity)


def dated_number(prefix: str, day: date, serial: int) -> str:
    """``CS20261125-48391527``: the day, seven digits for the ``serial`` of that day (counted from
    1) and a Damm check digit over them. Each day shuffles in its own way. Raises ValueError when
    a day's numbers are used up."""
    body = shuffle(serial, _key(f"number:{prefix}{day:%Y%m%d}"), PER_DAY)
    digits = f"{body:0{_PER_DAY_DIGITS}d}"
    return f"{prefix}{day:%Y%m%d}-{digits}{damm.calc_check_digit(digits)}"


_ROUNDS = 8


def shuffle(value: int, key: str, capacity: int) -> int:
    """The place of ``value`` among ``capacity`` numbers; a bijection for each ``key`` (hex).
    Raises ValueError for a value outside."""
    return _walk(value, key, capacity, range(_ROUNDS))


def unshuffle(value: int, key: str, capacity: int) -> int:
    """What ``shuffle`` was given."""
    return _walk(value, key, capacity, range(_ROUNDS - 1, -1, -1))


def _walk(value: int, key: str, capacity: int, turns: range) -> int:
    if not 0 <= value < capacity:
        raise ValueError(f"{value} is outside the {capacity} numbers there are")
    secret, backwards = bytes.fromhex(key), turns.step < 0
    # With halves no larger than this a walk takes four tries at most on average.
    bits = -(-(capacity - 1).bit_length() // 2)
    mask = (1 << bits) - 1
    while True:
        left, right = value >> bits, value & mask
        for turn in turns:
            if backwards:
                left, right = right ^ (_mix(secret, turn, left) & mask), left
            else:
                left, right = right, left ^ (_mix(secret, turn, right) & mask)
        value = left << bits | right
        if value < capacity:
            return value


def _mix(key: bytes, turn: int, half: int) -> int:
    digest = blake2b(half.to_bytes(4, "big"), key=key, digest_size=4, person=bytes([turn]))
    return int.from_bytes(digest.digest(), "big")
