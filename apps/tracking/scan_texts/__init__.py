"""What the text of a scan says: what has happened, and where (TRK-2). No database."""

import re

from apps.tracking.scan_texts import chinese, english
from apps.tracking.scan_texts.chinese import says_no_record
from apps.tracking.scan_texts.places import city_in, place_in

__all__ = ["TEXT_RULES", "city_in", "code_from_text", "is_courtesy", "place_in", "says_no_record"]
TEXT_RULES = chinese.RULES + english.RULES
_HAN = re.compile(r"[\u3400-\u9fff]")


def code_from_text(text: str) -> str:
    """What a scan text says has happened; empty when it says nothing we know."""
    return chinese.read(text) if _HAN.search(text) else english.read(text)


def is_courtesy(text: str) -> bool:
    """Thanks and advertisements alone: nothing has happened."""
    return bool(text.strip()) and not re.search(r"\w", chinese.plain(text))
