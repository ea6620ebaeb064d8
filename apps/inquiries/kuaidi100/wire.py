"""Forms as bytes: a signature is over what was sent, not over what a reader made of it. Pure."""

import json
from typing import Any
from urllib.parse import unquote_to_bytes

from apps.core.errors import BadInput

MAX_BODY = 64 * 1024
MAX_FIELDS = 20


def read_form(body: bytes) -> dict[str, bytes]:
    """The fields of a urlencoded form, undecoded; BadInput (``too_large``) beyond MAX_BODY."""
    if len(body) > MAX_BODY:
        raise BadInput("the form is too large", code="too_large")
    pairs = (part.partition(b"=") for part in body.split(b"&", MAX_FIELDS)[:MAX_FIELDS])
    return {
        _unquoted(name).decode("ascii", "replace"): _unquoted(value)
        for name, _equals, value in pairs
        if name
    }


def _unquoted(part: bytes) -> bytes:
    return unquote_to_bytes(part.replace(b"+", b" "))


def read_param(param: bytes) -> dict[str, Any]:
    """The JSON object inside ``param``; BadInput (``bad_param``) when there is none."""
    for charset in ("utf-8", "gb18030"):
        try:
            text = param.decode(charset)
        except UnicodeDecodeError:
            continue
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            break
        if isinstance(found, dict):
            return found
        break
    raise BadInput("param is not a JSON object", code="bad_param")


def field_of(holder: dict[str, Any], name: str, most: int = 200) -> str:
    """Short text; senders write numbers as numbers or as text."""
    value = holder.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = "".join(c for c in str(value) if c.isprintable())
    return text.strip()[:most]
