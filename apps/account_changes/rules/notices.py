"""What a notice of an account change may say, and the hash over it (COD-3). Pure."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import BadInput

LONGEST_WORDS = 300
# Five digits in a row, however they are set apart, are a phone or an account number.
_NUMBER = re.compile(r"(?:\d[\s\-－—.·()（）]{0,2}){5,}")
_ADDRESS = re.compile(r"https?:|www\.|://|@|\b[a-z0-9-]+\.(?:com|cn|net|org|io|top|cc|vip)\b", re.I)


def checked_words(text: str, field: str) -> str:
    """``text`` on one line. BadInput for a number or an address in it: whom to ask stands in the contract,
    where to check a notice stands in our own words, and nothing else may be trusted."""
    words = " ".join(text.split())
    if len(words) > LONGEST_WORDS:
        raise BadInput(
            _("At most %(n)d letters.") % {"n": LONGEST_WORDS}, code="too_long", field=field
        )
    plain = words.translate(_FULL_WIDTH)
    if _NUMBER.search(plain) or _ADDRESS.search(plain):
        raise BadInput(
            _(
                "No number and no address may stand here: customers call the number in their contract,"
                " never one from a notice."
            ),
            code="number_in_notice",
            field=field,
            rule="COD-3",
        )
    return words


_FULL_WIDTH = {ord("０") + n: ord("0") + n for n in range(10)} | {
    ord(full): ord(plain) for full, plain in zip("．：／＠", ".:/@", strict=True)
}


def seal_of(content: Mapping[str, Any], recipients: Iterable[tuple[int, int]]) -> str:
    """SHA-256 over what customers are told and over each (customer, account), as canonical JSON."""
    canonical = json.dumps(
        [content, sorted(recipients)], ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(canonical.encode()).hexdigest()
