"""What is promised: service levels, their standard times by lane, and changed promises."""

from datetime import date, time
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly
from apps.customers.enums import JobType
from apps.tracking.enums import LaneScope, PromiseCause, Stage


class DaySpan(Func):
    """from ≤ day < until; an empty ``until`` is for ever."""

    function = "DATERANGE"
    output_field = DateRangeField()


def check_span(valid_from: date | None, valid_until: date | None) -> None:
    """ValidationError of ``valid_until`` where no day lies between them: PostgreSQL takes no such span."""
    if valid_from and valid_until and valid_until <= valid_from:
        raise ValidationError({"valid_until": _("It must end after the day it begins.")})


class ServiceLevel(models.Model):
    """A named promise, such as next-day; a waybill keeps its code."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=60)
    english_name = models.CharField(_("English name"), max_length=60, blank=True)
    job_type = models.CharField(_("job type"), max_length=20, choices=JobType)
    # What a waybill without a level gets; one for each job type.
    is_default = models.BooleanField(_("usual level of its job type"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("service level")
        verbose_name_plural = _("service levels")
        ordering = ["job_type", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["job_type"],
                condition=Q(is_default=True),
                name="level_one_default_per_job_type",
            ),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(is_active=True), name="level_default_is_active"
            ),
        ]

    def __str__(self) -> str:
        return self.name


def _hours(label: Any) -> models.DecimalField:  # type: ignore[type-arg]  # the stubs' generic is not subscriptable at run time
    return models.DecimalField(
        label,
        max_digits=6,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0))],
    )


class ServiceLane(models.Model):
    """Standard times of one level on one lane while valid; hours, local opening and cut-off.

    An order in by the cut-off starts its clock at once, but not before the opening; a later one
    starts at the next day's opening.
    """

    level = models.ForeignKey(
        ServiceLevel, models.CASCADE, related_name="lanes", verbose_name=_("service level")
    )
    scope = models.CharField(_("for"), max_length=12, choices=LaneScope)
    origin_city = models.CharField(_("from"), max_length=40, blank=True)
    destination_city = models.CharField(_("to"), max_length=40, blank=True)
    promised_hours = models.DecimalField(
        _("promised within (hours)"), max_digits=6, decimal_places=2
    )
    opens = models.TimeField(_("day begins"), default=time(8))
    cut_off = models.TimeField(_("cut-off"), default=time(18))
    pickup_hours = _hours(_("pickup (hours)"))
    sort_hours = _hours(_("sorting (hours)"))
    line_haul_hours = _hours(_("line-haul (hours)"))
    delivery_hours = _hours(_("delivery (hours)"))
    receipt_return_hours = _hours(_("receipt return (hours)"))
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until (not included)"), null=True, blank=True)

    class Meta:
        verbose_name = _("standard times")
        verbose_name_plural = _("standard times")
        ordering = ["level", "scope", "origin_city", "destination_city", "-valid_from"]
        constraints = [
            ExclusionConstraint(
                name="lane_one_valid_at_a_time",
                expressions=[
                    ("level", RangeOperators.EQUAL),
                    ("scope", RangeOperators.EQUAL),
                    ("origin_city", RangeOperators.EQUAL),
                    ("destination_city", RangeOperators.EQUAL),
                    (DaySpan("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="lane_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=(Q(scope=LaneScope.LANE) & ~Q(origin_city="") & ~Q(destination_city=""))
                | (~Q(scope=LaneScope.LANE) & Q(origin_city="", destination_city="")),
                name="lane_names_its_cities",
            ),
            models.CheckConstraint(condition=Q(promised_hours__gt=0), name="lane_promises_time"),
            models.CheckConstraint(
                condition=Q(pickup_hours__gte=0, sort_hours__gte=0, line_haul_hours__gte=0)
                & Q(delivery_hours__gte=0, receipt_return_hours__gte=0),
                name="lane_hours_not_negative",
            ),
            # Standards that add up to more than the promise would miss it by themselves.
            models.CheckConstraint(
                condition=Q(
                    promised_hours__gte=F("pickup_hours")
                    + F("sort_hours")
                    + F("line_haul_hours")
                    + F("delivery_hours")
                ),
                name="lane_stages_fit_promise",
            ),
            models.CheckConstraint(condition=Q(opens__lt=F("cut_off")), name="lane_day_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.level_id} {self.scope} {self.origin_city}→{self.destination_city}"

    def clean(self) -> None:
        check_span(self.valid_from, self.valid_until)


class SilenceLimit(models.Model):
    """How long a shipment may go without a scan in one stage before someone looks (TRK-7)."""

    stage = models.CharField(_("stage"), max_length=20, choices=Stage, unique=True)
    hours = models.PositiveSmallIntegerField(
        _("hours without a scan"), validators=[MinValueValidator(1)]
    )

    class Meta:
        verbose_name = _("silence limit")
        verbose_name_plural = _("silence limits")
        ordering = ["stage"]
        constraints = [
            models.CheckConstraint(condition=Q(hours__gte=1), name="silence_at_least_an_hour"),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.hours} h"


class PromiseChange(AppendOnly):
    """A promise that was moved, by whom and why; the earlier one is never forgotten."""

    waybill = models.ForeignKey(
        "tracking.Waybill",
        models.PROTECT,
        related_name="promise_changes",
        verbose_name=_("waybill"),
    )
    promised_before = models.DateTimeField(_("promised before"), null=True, blank=True)
    promised_now = models.DateTimeField(_("promised now"))
    cause = models.CharField(_("cause"), max_length=10, choices=PromiseCause)
    reason = models.CharField(_("reason"), max_length=300)
    changed_at = models.DateTimeField(_("changed at"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("changed by")
    )

    class Meta:
        verbose_name = _("changed promise")
        verbose_name_plural = _("changed promises")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="promise_changed_with_reason"),
            models.CheckConstraint(
                condition=Q(cause__in=PromiseCause.values), name="promise_changed_by_known_cause"
            ),
        ]
        permissions = [("change_promise", _("Can change what a waybill was promised"))]

    def __str__(self) -> str:
        return f"{self.waybill_id} → {self.promised_now:%Y-%m-%d %H:%M}"
