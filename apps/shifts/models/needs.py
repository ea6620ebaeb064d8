"""How many people a role needs when, and where nobody is."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.accounts.models import Unit
from apps.accounts.models.role import TimeSpan
from apps.shifts.day_times import DAY_MINUTES, clock_text
from apps.shifts.enums import GapEnd, Holidays

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL


class DaySpan(models.Model):
    """Minutes from the day's midnight, local; beyond 1440 it is the next morning."""

    from_minute = models.PositiveSmallIntegerField(editable=False)
    to_minute = models.PositiveSmallIntegerField(editable=False)

    class Meta:
        abstract = True

    @property
    def begins(self) -> str:
        return clock_text(self.from_minute)

    @property
    def ends(self) -> str:
        return clock_text(self.to_minute)


def day_span_constraint(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(from_minute__lt=DAY_MINUTES)
        & Q(to_minute__gt=F("from_minute"))
        & Q(to_minute__lte=F("from_minute") + DAY_MINUTES),
    )


class OfUnitsQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "OfUnitsQuerySet":
        units = user.visible_unit_ids()
        return self if units is None else self.filter(unit__in=units)


class Need(DaySpan):
    """So many people in a role for a unit, on these weekdays, from–to; from ``since`` to ``until`` (both
    included, open where empty)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    role = models.CharField(_("role"), max_length=30, choices=Role)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("weekdays"))
    holidays = models.CharField(
        _("public holidays"), max_length=8, choices=Holidays, default=Holidays.SAME
    )
    heads = models.PositiveSmallIntegerField(_("people"), default=1)
    since = models.DateField(_("valid from"))
    until = models.DateField(_("valid until"), null=True, blank=True)
    made_at = models.DateTimeField(_("entered"), auto_now_add=True, editable=False)
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+", editable=False)

    objects = OfUnitsQuerySet.as_manager()

    class Meta:
        verbose_name = _("need of people")
        verbose_name_plural = _("needs of people")
        ordering = ["unit", "role", "from_minute", "id"]
        default_permissions = ("view",)
        permissions = [("manage_need", _("Can set how many people are needed when"))]
        constraints = [
            day_span_constraint("need_at_most_a_day"),
            models.CheckConstraint(condition=Q(heads__gte=1, heads__lte=200), name="need_heads"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="need_role_known"),
            models.CheckConstraint(
                condition=Q(holidays__in=Holidays.values), name="need_holidays_known"
            ),
            models.CheckConstraint(
                condition=Q(weekdays__contained_by=[1, 2, 3, 4, 5, 6, 7])
                & (Q(weekdays__len__gte=1) | Q(holidays=Holidays.ALSO)),
                name="need_on_some_day",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="need_valid_span"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} · {self.get_role_display()} {self.begins}–{self.ends}"


class Gap(models.Model):
    """``missing`` people too few for a need, from ``starts_at`` until just before ``ends_at``. Made and closed
    by ``services.gaps`` alone, from roster, absences and needs."""

    need = models.ForeignKey(Need, models.PROTECT, related_name="gaps", verbose_name=_("need"))
    # Of the need, so that lists and constraints need no join.
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    role = models.CharField(_("role"), max_length=30, choices=Role)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    missing = models.PositiveSmallIntegerField(_("people missing"))
    found_at = models.DateTimeField(_("found"))
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, verbose_name=_("closed by")
    )
    closed_as = models.CharField(_("how"), max_length=8, choices=GapEnd, blank=True)

    objects = OfUnitsQuerySet.as_manager()

    class Meta:
        verbose_name = _("gap in the roster")
        verbose_name_plural = _("gaps in the roster")
        ordering = ["starts_at", "id"]
        default_permissions = ("view",)
        permissions = [("take_gap", _("Can take a gap in the roster"))]
        indexes = [
            models.Index(
                fields=["starts_at", "id"], name="gap_open", condition=Q(closed_at__isnull=True)
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="gap_runs_forward"
            ),
            models.CheckConstraint(condition=Q(missing__gte=1), name="gap_of_somebody"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, closed_as="")
                | Q(closed_at__isnull=False, closed_by__isnull=False, closed_as__in=GapEnd.values),
                name="gap_closed_somehow",
            ),
            ExclusionConstraint(
                name="gap_open_once",
                expressions=[
                    ("need", RangeOperators.EQUAL),
                    (TimeSpan("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(closed_at__isnull=True),
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        here = timezone.localtime
        return f"{self.unit} {here(self.starts_at):%m-%d %H:%M}–{here(self.ends_at):%m-%d %H:%M}"
