"""Numbers of callers as phone systems write them, and numbers of our own. Pure."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

from apps.complaints.rules.contacts import PHONE
from apps.core.crypto import blind_index
from apps.core.phones import search_key

# That of the phones of cases: whether somebody called again after a case was closed is read from both (REP-4).
PURPOSE = PHONE
_MOBILE = re.compile(r"(?:\+?86|0)?(1[3-9]\d{9})")
_RANGE = re.compile(r"(\d{1,8})(?:-(\d{1,8}))?")


@lru_cache(maxsize=8_192)
def caller_key(text: str) -> str:
    """E.164 of what can be called back; "" where nobody can: withheld, internal, not a number."""
    text = unicodedata.normalize("NFKC", text)
    found = _MOBILE.fullmatch(text)
    return f"+86{found[1]}" if found else (search_key(text) or "" if len(text) > 5 else "")


def index_of(number: str) -> str:
    return blind_index(number, PURPOSE)


def is_range(text: str) -> bool:
    found = _RANGE.fullmatch(text)
    if found is None:
        return False
    low, high = found[1], found[2] or found[1]
    return len(low) == len(high) and low <= high


def internal_test(ranges: Sequence[str]) -> Callable[[str], bool]:
    """Whether a number is one of ours: in one of the ranges, of the same length; without any range, up to five
    digits."""
    spans = [(m[1], m[2] or m[1]) for m in map(_RANGE.fullmatch, ranges) if m]

    @lru_cache(maxsize=8_192)
    def is_internal(number: str) -> bool:
        if not number.isdigit():
            return False
        if not spans:
            return len(number) <= 5
        return any(len(number) == len(low) and low <= number <= high for low, high in spans)

    return is_internal
