"""What the three platforms have in common."""

import json
import re
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import BadInput

_HALF = re.compile("[\ud800-\udfff]")
MAX_BYTES = 64 * 1024
# Older than this, or from the future, somebody is playing back what they overheard.
WINDOW = 600.0


def refused(code: str) -> BadInput:
    return BadInput(_("This call does not come from the platform."), code=code)


def check_age(seconds: float | None, at: datetime, window: float = WINDOW) -> None:
    if seconds is None or abs(at.timestamp() - seconds) > window:
        raise refused("stale")


def number(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def as_object(body: bytes | str) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise refused("not_understood") from None
    if not isinstance(found, dict):
        raise refused("not_understood")
    return found


def inside(value: Any, *names: str) -> Any:
    """What stands under these names, one within the other; empty where there is nothing."""
    for name in names:
        value = value.get(name, "") if isinstance(value, dict) else ""
    return value


def text_of(value: Any, *names: str, most: int = 200) -> str:
    """Empty as well for what can be neither encoded nor stored: half a surrogate pair, NUL."""
    found = inside(value, *names)
    if not isinstance(found, str) or "\x00" in found or _HALF.search(found):
        return ""
    return found[:most]
