"""Texts that a person must type, such as the reason of an act."""

from django.utils.translation import gettext as _

from apps.core.errors import BadInput


def required_text(text: str, *, field: str = "reason", least: int = 2, most: int = 200) -> str:
    """The text in one line, cut to ``most`` characters. Raises BadInput (``reason_missing``) for fewer than ``least``."""
    tidy = " ".join(text.split())[:most]
    if len(tidy) < least:
        raise BadInput(_("Say why, in a few words."), code="reason_missing", field=field)
    return tidy
