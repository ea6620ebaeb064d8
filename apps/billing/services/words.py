"""What people type as reasons."""

from django.utils.translation import gettext as _

from apps.core.errors import BadInput


def said(reason: str, *, field: str = "reason", most: int = 200) -> str:
    """Required, in one line, at most ``most`` characters."""
    tidy = " ".join(reason.split())[:most]
    if len(tidy) < 2:
        raise BadInput(_("Say why, in a few words."), code="reason_missing", field=field)
    return tidy
