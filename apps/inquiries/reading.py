"""What people write to us, taken apart: waybill numbers and a language. Pure."""

import re

from django.conf import settings

from apps.tracking.typed import Found, find_numbers, with_prefix

__all__ = ["Found", "find_numbers", "language_of", "phone_language", "with_prefix"]

_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z]{2,}")
CHINESE, ENGLISH = "zh-hans", "en"


def language_of(text: str, *, default: str = CHINESE) -> str:
    """The language somebody writes in; a bare number says nothing."""
    if _HAN.search(text):
        return CHINESE
    words = [w for w in _WORD.findall(text) if w.upper() != settings.WAYBILL_PREFIX]
    return ENGLISH if words else default


def phone_language(phone: str) -> str:
    """``phone`` in E.164: at home people speak Chinese."""
    return ENGLISH if phone.startswith("+") and not phone.startswith("+86") else CHINESE
