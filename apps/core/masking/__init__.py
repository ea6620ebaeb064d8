"""Masks for personal data, after GB/T 41833-2022: at least one character of a name, six digits
of a phone and the unit number are hidden. The last four digits of a phone are the key to a
shipment's details (TRK-10), so they are never shown."""

from apps.core.masking.parts import mask_address, mask_name, mask_phone
from apps.core.masking.text import NOBODY, Known, mask_text

__all__ = ["NOBODY", "Known", "mask_address", "mask_name", "mask_phone", "mask_text"]
