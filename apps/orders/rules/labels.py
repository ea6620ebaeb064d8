"""What a label on a parcel may show (GB/T 41833-2022): no whole name, phone or unit number."""

import re

# 2单元301室, 12栋B座1703房, Room 501; a bare number behind the building: 3号楼501
_SPOKEN_UNIT = re.compile(
    r"\b(?:room|rm|apt|apartment|unit|flat|suite)\.?\s*#?\s*[\w-]+", re.IGNORECASE
)
_UNIT_WORD = re.compile(r"[A-Za-z]?\d+[A-Za-z]?\s*(?=室|房|户|号房)|\d+(?=单元)")

_BARE_UNIT = re.compile(r"(?<=[号楼栋幢座厦])\s*[A-Za-z]?-?\d{1,5}[A-Za-z]?\s*$")


def label_address(address: str) -> str:
    """Street and building stay, so that the parcel finds its way; unit and room become ``***``."""
    text = _SPOKEN_UNIT.sub("***", address.strip())
    masked = _UNIT_WORD.sub("***", text)
    if masked != address.strip():
        return masked
    tail = _BARE_UNIT.search(text)
    return text[: tail.start()] + "***" if tail else text
