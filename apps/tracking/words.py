"""Codes in words, for lists and drop-downs of staff."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.tracking.codes import CODES
from apps.tracking.enums import Reason

SCANS: dict[str, Promise] = {
    "sorted": _("Sorted"),
    "departed": _("Departed"),
    "arrived": _("Arrived"),
}
# Codes that say the same as another one offered.
_TWINS = frozenset({"delay", "delayed", "consignee_absent", "damaged", "lost", "misrouted"})


def code_label(code: str) -> str:
    """``Delivered: signed by someone else for the consignee``; the code itself when unknown."""
    if scan := SCANS.get(code):
        return str(scan)
    meaning = CODES.get(code)
    if meaning is None:
        return code
    label = str(meaning.status.label)
    if not meaning.reason:
        return label
    return gettext("%(status)s: %(reason)s") % {
        "status": label,
        "reason": Reason(meaning.reason).label,
    }


def code_choices() -> list[tuple[str, str]]:
    """Every distinct thing that can have happened."""
    full = [code for code in CODES if code not in _TWINS]
    bare = {c.partition(".")[0] for c in full if "." in c}
    return [(code, code_label(code)) for code in full if code not in bare or not CODES[code].reason]
