"""The shipment that a visitor means, from what they type."""

import re

from apps.core.errors import BadInput
from apps.tracking.models import Waybill
from apps.tracking.typed import find_numbers, one_number

MOST_TRIED = 5


def shipment_named(typed: str) -> tuple[str, Waybill | None]:
    """(number, shipment). A number that is none of ours is kept for the agent to read."""
    try:
        number = one_number(typed)
    except BadInput:
        return re.sub(r"[^0-9A-Za-z-]", "", typed)[:20], None
    return number, Waybill.objects.filter(number=number).first()


def shipment_in(text: str) -> Waybill | None:
    """The first of our shipments that is named in a sentence."""
    for number in find_numbers(text, most=MOST_TRIED).numbers:
        found = Waybill.objects.filter(number=number).first()
        if found is not None:
            return found
    return None
