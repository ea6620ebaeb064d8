"""What a person says for the record."""

from django.utils.translation import gettext as _

from apps.core.errors import BadInput


def said(text: str, field: str = "reason") -> str:
    """A reason in a few words, at most 200 signs. Raises BadInput (``reason_missing``) without one."""
    tidy = " ".join(text.split())[:200]
    if len(tidy) < 2:
        raise BadInput(_("Say why, in a few words."), code="reason_missing", field=field)
    return tidy
