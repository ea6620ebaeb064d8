"""Texts without the people in them."""

from functools import lru_cache

from apps.core.masking import mask_name, mask_text


@lru_cache(maxsize=4096)
def masked_text(text: str) -> str:
    """``mask_text``, remembered: the same few sentences make up most of all histories."""
    return mask_text(text)


def hide_names(text: str, names: list[str]) -> str:
    """Hide names that are known to belong to the shipment, whatever stands around them."""
    for name in names:
        if len(name) > 1 and name in text:
            text = text.replace(name, mask_name(name))
    return text
