"""What people write to us, taken apart: waybill numbers, a language, a command. Pure."""

import re
import unicodedata
from dataclasses import dataclass, field

from django.conf import settings

from apps.core.errors import BadInput
from apps.tracking.numbers import BODY_DIGITS, parse_waybill_number

MOST_CHARACTERS = 20_000
_GAP = r"[\s\-_.·\u200b]{0,3}"
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z]{2,}")
CHINESE, ENGLISH = "zh-hans", "en"


@dataclass(slots=True)
class Found:
    """``numbers`` canonical, in order, each once; ``mistyped`` what only looks like one of ours."""

    numbers: list[str] = field(default_factory=list)
    mistyped: list[str] = field(default_factory=list)


def find_numbers(text: str, *, most: int) -> Found:
    """Every waybill number in a text; twelve digits in a row count where the check digit fits."""
    plain = unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]).upper()
    found = Found()
    size, prefix = BODY_DIGITS + 1, re.escape(settings.WAYBILL_PREFIX)
    ours = re.compile(
        rf"(?<![A-Z0-9]){prefix}{_GAP}(\d(?:{_GAP}\d){{{size - 5},{size + 3}}})(?!\d)"
    )
    bare = re.compile(rf"(?<![A-Z0-9])\d(?:[ \-]?\d){{{size - 1}}}(?![0-9])")
    for match in ours.finditer(plain):
        _keep(found, match[0])
    for match in bare.finditer(ours.sub(" ", plain)):
        _keep(found, settings.WAYBILL_PREFIX + match[0], silently=True)
    del found.numbers[most:]
    return found


def _keep(found: Found, text: str, *, silently: bool = False) -> None:
    try:
        number = parse_waybill_number(text)
    except BadInput:
        if not silently:
            found.mistyped.append(text)
        return
    if number not in found.numbers:
        found.numbers.append(number)


def with_prefix(text: str) -> str:
    """What was typed on a phone's keypad, with our letters before it."""
    digits = "".join(c for c in unicodedata.normalize("NFKC", text[:60]) if c.isdigit())
    typed = unicodedata.normalize("NFKC", text[:60]).strip().upper()
    if typed[:1].isalpha():
        return typed
    return f"{settings.WAYBILL_PREFIX}{digits}"


def language_of(text: str, *, default: str = CHINESE) -> str:
    """The language somebody writes in; a bare number says nothing."""
    if _HAN.search(text):
        return CHINESE
    words = [w for w in _WORD.findall(text) if w.upper() != settings.WAYBILL_PREFIX]
    return ENGLISH if words else default


def phone_language(phone: str) -> str:
    """``phone`` in E.164: at home people speak Chinese."""
    return ENGLISH if phone.startswith("+") and not phone.startswith("+86") else CHINESE
