"""Seals over what is written once, and what they find."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class SealKind(ColourChoices):
    ROWS = "rows", _("Rows sealed"), "green"
    # A table's sealed rows may go from here on: what retention releases cries no wolf.
    RELEASE = "release", _("Rows released"), "amber"


class Tampering(ColourChoices):
    """What was done to sealed rows, or to the seals themselves."""

    EDITED = "edited", _("Rows edited"), "red"
    DELETED = "deleted", _("Rows deleted"), "red"
    INSERTED = "inserted", _("Rows put in afterwards"), "red"
    REORDERED = "reordered", _("Rows changed places"), "red"
    TRUNCATED = "truncated", _("Table emptied"), "red"
    GONE = "gone", _("Table or column is gone"), "red"
    UNNAMED = "unnamed", _("Rows differ, which cannot be told"), "red"
    SEAL_CHANGED = "seal_changed", _("Seal changed"), "purple"
    SEAL_MISSING = "seal_missing", _("Seals missing"), "purple"
    COPY_CHANGED = "copy_changed", _("Outside copy changed"), "purple"
    COPY_CUT = "copy_cut", _("Outside copy cut"), "purple"


class FindingState(ColourChoices):
    OPEN = "open", _("Open"), "red"
    EXPLAINED = "explained", _("Explained"), "grey"
