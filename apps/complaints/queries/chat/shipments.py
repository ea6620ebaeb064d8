"""The shipment that a visitor means, from what they type."""

import re
from collections.abc import Iterator

from apps.core.errors import BadInput
from apps.tracking.models import Waybill
from apps.tracking.numbers import parse_waybill_number

# Letters and digits as a number may stand in a sentence, with gaps or without.
_LIKE_A_NUMBER = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ]{2}[\s-]?(?:[0-9０-９][\s-]?){8,20}")
MOST_TRIED = 5


def shipment_named(typed: str) -> tuple[str, Waybill | None]:
    """(number, shipment). A number that is none of ours is kept for the agent to read."""
    try:
        number = parse_waybill_number(typed)
    except BadInput:
        return re.sub(r"[^0-9A-Za-z-]", "", typed)[:20], None
    return number, Waybill.objects.filter(number=number).first()


def shipment_in(text: str) -> Waybill | None:
    """The first of our shipments that is named in a sentence."""
    for number in _numbers(text):
        found = Waybill.objects.filter(number=number).first()
        if found is not None:
            return found
    return None


def _numbers(text: str) -> Iterator[str]:
    for n, match in enumerate(_LIKE_A_NUMBER.finditer(text)):
        if n >= MOST_TRIED:
            return
        try:
            yield parse_waybill_number(match[0])
        except BadInput:
            continue
