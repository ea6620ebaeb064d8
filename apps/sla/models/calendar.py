"""Working calendars: a week of hours, the dated days that differ, and which years are known (CMP-2)."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Func, IntegerField, Q
from django.db.models.lookups import Exact
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.sla.enums import DayKind


def in_language(chinese: str, english: str) -> str:
    """The name for who is looking; the Chinese one where there is no other."""
    return (english if (get_language() or "").startswith("en") else "") or chinese


class WorkingCalendar(models.Model):
    """Hours are ``[["09:00", "12:00"], ["13:00", "18:00"]]`` for each of seven days, Monday first. Every
    change gives a new ``version`` (open clocks of an older one are computed again) and a new
    ``revision`` (what is remembered of an older one is forgotten)."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60)
    english_name = models.CharField(_("English name"), max_length=60, blank=True)
    zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    week = models.JSONField(_("weekly hours"))
    is_always_open = models.BooleanField(_("round the clock"), default=False, editable=False)
    is_official = models.BooleanField(
        _("public holidays apply"),
        default=True,
        help_text=_("Holidays and make-up working days of the State Council's list."),
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    revision = models.UUIDField(default=uuid4, editable=False)

    class Meta:
        verbose_name = _("working calendar")
        verbose_name_plural = _("working calendars")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="sla_calendar_week_of_seven",
                condition=Exact(
                    Func(F("week"), function="jsonb_array_length", output_field=IntegerField()), 7
                ),
            ),
            models.CheckConstraint(
                name="sla_calendar_always_has_no_holidays",
                condition=Q(is_always_open=False) | Q(is_official=False),
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.name, self.english_name)


class CalendarDay(models.Model):
    """A date that differs from the week. A make-up working day without hours of its own has those of a
    normal working day, also after the week has changed."""

    calendar = models.ForeignKey(
        WorkingCalendar, models.CASCADE, related_name="days", verbose_name=_("working calendar")
    )
    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=10, choices=DayKind.choices)
    hours = models.JSONField(_("hours"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=60)
    english_name = models.CharField(_("English name"), max_length=60, blank=True)
    # From the State Council's list: replaced when the year is taken in again.
    is_official = models.BooleanField(_("official"), default=False, editable=False)

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "day"], name="sla_day_once"),
            models.CheckConstraint(name="sla_day_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="sla_day_hours_fit_kind",
                condition=Q(kind=DayKind.HOLIDAY, hours__isnull=False, hours=[])
                | Q(kind=DayKind.WORKDAY, hours__isnull=True)
                | Q(kind__in=[DayKind.WORKDAY, DayKind.HALF_DAY], hours__isnull=False)
                & ~Q(hours=[]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {in_language(self.name, self.english_name)}"


class CalendarYear(models.Model):
    """A year whose official list is in. ``known_by`` is empty for what was installed."""

    calendar = models.ForeignKey(
        WorkingCalendar, models.CASCADE, related_name="years", verbose_name=_("working calendar")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    source = models.CharField(_("source"), max_length=160)
    known_at = models.DateTimeField(_("known since"))
    known_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        verbose_name=_("entered by"),
    )

    class Meta:
        verbose_name = _("known year")
        verbose_name_plural = _("known years")
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "year"], name="sla_year_once"),
            models.CheckConstraint(
                name="sla_year_is_plausible", condition=Q(year__gte=2000, year__lte=2200)
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)
