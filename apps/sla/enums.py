"""Choices of the sla floor."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class DayKind(ColourChoices):
    """What makes a dated day different from the week."""

    HOLIDAY = "holiday", _("Holiday"), "red"
    WORKDAY = "workday", _("Make-up working day"), "blue"
    HALF_DAY = "half_day", _("Hours of its own"), "amber"


EVENT_KINDS = {
    "calendar.added": _("Working calendar made"),
    "calendar.week_changed": _("Working hours changed"),
    "calendar.days_added": _("Days entered"),
    "calendar.day_removed": _("Day removed"),
    "calendar.year_imported": _("Official list of the year taken in"),
    "calendar.year_missing": _("Official list of the year missing"),
}
