"""A cell as the person reads it. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any


def texts_of(cells: Sequence[Any]) -> list[str]:
    """Up to the last cell that holds something."""
    texts = [text_of(cell) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def text_of(value: Any) -> str:
    """A cell as the person reads it: whole floats without ``.0``, dates in ISO form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(value).strip()
