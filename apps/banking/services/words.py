"""Texts that a person must type, such as the reason of an act."""

from django.utils.translation import gettext as _

from apps.core.errors import BadInput


def required_text(text: str, *, field: str = "reason", most: int = 200) -> str:
    """The text in one line, cut to ``most`` characters. Raises BadInput (``reason_missing``) for fewer than two."""
    tidy = " ".join(text.split())[:most]
    if len(tidy) < 2:
        raise BadInput(_("Say why, in a few words."), code="reason_missing", field=field)
    return tidy
