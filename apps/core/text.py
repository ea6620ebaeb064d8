"""Text from outside, made such that it can be stored; text that must be there. Pure."""

import re
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import BadInput

# PostgreSQL keeps no NUL, and a lone surrogate cannot be written at all.
_UNKEEPABLE = re.compile(r"[\x00\ud800-\udfff]")
# Nobody types them; tabs and line breaks, which come with what is pasted, are no harm.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def keepable(value: Any) -> str:
    """The value as text; what cannot be stored shows as U+FFFD, so that two texts that differ only
    there do not become one with another."""
    return _UNKEEPABLE.sub("\ufffd", str(value))


def has_controls(text: str) -> bool:
    return bool(_CONTROLS.search(text))


def without_controls(text: str) -> str:
    """A blank for each control character."""
    return _CONTROLS.sub(" ", text)


def required_text(
    text: str,
    *,
    field: str = "reason",
    least: int = 2,
    most: int = 200,
    message: str = "",
    code: str = "reason_missing",
) -> str:
    """What a person must type, such as the reason of an act: in one line, cut to ``most`` characters.
    Raises BadInput for fewer than ``least``."""
    tidy = " ".join(text.split())[:most]
    if len(tidy) < least:
        raise BadInput(message or _("Say why, in a few words."), code=code, field=field)
    return tidy
