"""A sender's own words for those who may read them, without the people of the shipment (TRK-10)."""

from functools import lru_cache

from apps.core.masking import NOBODY, Known, mask_text
from apps.tracking.models import Waybill


@lru_cache(maxsize=4096)
def masked_text(text: str, known: Known = NOBODY, *, shows_codes: bool = False) -> str:
    """``mask_text``, remembered: the same few sentences make up most of all histories."""
    return mask_text(text, known, shows_codes=shows_codes)


def known_of(waybill: Waybill) -> Known:
    """Who stands on the waybill: hidden in its texts however they are spelt there."""
    return Known(
        names=(waybill.sender_name, waybill.consignee_name),
        phones=(waybill.sender_phone, waybill.consignee_phone),
        addresses=(waybill.sender_address, waybill.consignee_address),
    )
