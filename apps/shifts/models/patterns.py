"""A cycle of days with shifts, worked by people in order; what was filled from it already."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.accounts.models import DutyShift, Unit
from apps.shifts.enums import LONGEST_CYCLE
from apps.shifts.models.needs import DaySpan, OfUnitsQuerySet, day_span_constraint

USER = settings.AUTH_USER_MODEL


class Pattern(models.Model):
    """Written once: another pattern is another row, so that what was filled stays explained."""

    name = models.CharField(_("name"), max_length=60)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    role = models.CharField(_("role"), max_length=30, choices=Role)
    cycle = models.PositiveSmallIntegerField(_("days of the cycle"))
    anchor = models.DateField(_("first day of a cycle"))
    made_at = models.DateTimeField(_("entered"), auto_now_add=True, editable=False)
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+", editable=False)

    objects = OfUnitsQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift pattern")
        verbose_name_plural = _("shift patterns")
        ordering = ["unit", "role", "id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(cycle__gte=1, cycle__lte=LONGEST_CYCLE), name="pattern_cycle"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="pattern_role_known"),
        ]

    def __str__(self) -> str:
        return self.name


class PatternLine(DaySpan):
    pattern = models.ForeignKey(Pattern, models.PROTECT, related_name="lines")
    day = models.PositiveSmallIntegerField(_("day"))
    place = models.PositiveSmallIntegerField(_("place"))

    class Meta:
        ordering = ["day", "from_minute", "place"]
        default_permissions = ()
        constraints = [
            day_span_constraint("patternline_at_most_a_day"),
            models.UniqueConstraint(
                fields=["pattern", "day", "place", "from_minute"], name="patternline_once"
            ),
            models.CheckConstraint(
                condition=Q(day__gte=1, place__gte=1), name="patternline_from_1"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.begins}–{self.ends}"


class PatternPlace(models.Model):
    """Who comes when in the order of people, from 0."""

    pattern = models.ForeignKey(Pattern, models.PROTECT, related_name="places")
    position = models.PositiveSmallIntegerField()
    user = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("person"))

    class Meta:
        ordering = ["position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["pattern", "position"], name="patternplace_once"),
            models.UniqueConstraint(fields=["pattern", "user"], name="patternplace_person_once"),
        ]

    def __str__(self) -> str:
        return str(self.user)


class PatternFill(models.Model):
    """A line was put on the roster for a day; never twice, also if that shift was withdrawn since."""

    pattern = models.ForeignKey(Pattern, models.PROTECT, related_name="+")
    line = models.ForeignKey(PatternLine, models.PROTECT, related_name="+")
    day = models.DateField()
    shift = models.OneToOneField(DutyShift, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["pattern", "day", "line"], name="patternfill_once")
        ]

    def __str__(self) -> str:
        return f"{self.pattern_id} {self.day}"
