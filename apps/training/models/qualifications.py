"""Who may do live work: what is required for an area, and who has it from when to when (STF-1)."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.core.models import AppendOnly
from apps.training.enums import Area, Basis, ObservationPoint
from apps.training.models.attempts import Attempt
from apps.training.models.courses import Course
from apps.training.models.exams import Exam

USER = settings.AUTH_USER_MODEL


class Requirement(models.Model):
    """Whoever holds ``role`` works in ``area`` only with a qualification: the lessons of ``courses``
    read, ``exam`` passed, and, where it says so, a call observed. An area without one is open."""

    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    area = models.CharField(_("area of work"), max_length=10, choices=Area.choices)
    exam = models.ForeignKey(Exam, models.PROTECT, related_name="+", verbose_name=_("exam"))
    courses = models.ManyToManyField(Course, related_name="+", verbose_name=_("courses"))
    valid_months = models.PositiveSmallIntegerField(_("valid for (months)"), default=12)
    needs_observation = models.BooleanField(_("a call is observed too"), default=False)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    at = models.DateTimeField(_("set"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        ordering = ["area", "role", "-since"]
        permissions = [("set_requirement", _("Can set who must be qualified"))]
        constraints = [
            ExclusionConstraint(
                name="requirement_one_at_a_time",
                expressions=[
                    ("role", RangeOperators.EQUAL),
                    ("area", RangeOperators.EQUAL),
                    (
                        Func(
                            F("since"),
                            F("until"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                name="requirement_known",
                condition=Q(role__in=Role.values, area__in=Area.values)
                & Q(valid_months__gt=0, valid_months__lte=60),
            ),
            models.CheckConstraint(
                name="requirement_ends_after_it_begins",
                condition=Q(until=None) | Q(until__gte=F("since")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.get_area_display()}"


class Observation(AppendOnly):
    """A leader has listened to a real call of somebody; manners cannot be ticked by an exam. Passed
    if every point of the list was kept."""

    user = models.ForeignKey(
        USER, models.PROTECT, related_name="observations", verbose_name=_("who was observed")
    )
    area = models.CharField(_("area of work"), max_length=10, choices=Area.choices)
    about = models.CharField(_("which call"), max_length=120)
    points_met = ArrayField(
        models.CharField(max_length=10), verbose_name=_("what was kept"), blank=True
    )
    passed = models.BooleanField(_("passed"))
    remark = models.TextField(_("remark"), max_length=1000, blank=True)
    at = models.DateTimeField(_("observed"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("observation")
        verbose_name_plural = _("observations")
        ordering = ["-pk"]
        default_permissions = ("add", "view")
        constraints = [
            models.CheckConstraint(
                name="observation_by_another", condition=~Q(user=F("by")) & ~Q(about="")
            ),
            models.CheckConstraint(
                name="observation_of_known_points",
                condition=Q(points_met__contained_by=ObservationPoint.values, area__in=Area.values),
            ),
            models.CheckConstraint(
                name="observation_passed_with_all",
                condition=Q(passed=True, points_met__len=len(ObservationPoint.values))
                | Q(passed=False, points_met__len__lt=len(ObservationPoint.values)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.about}"


class Qualification(models.Model):
    """Somebody may work in an area from ``since`` until ``until``: by an exam, or by a waiver that
    somebody else answers for. Never two at once; what comes next ends the one before."""

    user = models.ForeignKey(
        USER, models.PROTECT, related_name="qualifications", verbose_name=_("colleague")
    )
    area = models.CharField(_("area of work"), max_length=10, choices=Area.choices)
    basis = models.CharField(_("on what grounds"), max_length=6, choices=Basis.choices)
    attempt = models.ForeignKey(
        Attempt,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="qualifications",
        verbose_name=_("attempt"),
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"))
    at = models.DateTimeField(_("granted"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        USER,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("revoked by"),
    )
    revoked_why = models.CharField(_("why revoked"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("qualification")
        verbose_name_plural = _("qualifications")
        ordering = ["-pk"]
        default_permissions = ("view",)
        permissions = [
            ("waive_qualification", _("Can give waivers")),
            ("revoke_qualification", _("Can revoke qualifications")),
        ]
        indexes = [models.Index(fields=["until", "id"], name="qualification_ends")]
        constraints = [
            ExclusionConstraint(
                name="qualification_one_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("area", RangeOperators.EQUAL),
                    (
                        Func(
                            F("since"),
                            F("until"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                name="qualification_on_grounds",
                condition=Q(basis=Basis.EXAM, attempt__isnull=False)
                | Q(basis=Basis.WAIVER, attempt=None) & ~Q(reason="") & ~Q(user=F("by")),
            ),
            models.CheckConstraint(
                name="qualification_area_known", condition=Q(area__in=Area.values)
            ),
            models.CheckConstraint(
                name="qualification_ends_after_it_begins", condition=Q(until__gte=F("since"))
            ),
            models.CheckConstraint(
                name="qualification_revoked_by_whom",
                condition=Q(revoked_at=None, revoked_by=None, revoked_why="")
                | Q(revoked_at__isnull=False, revoked_by__isnull=False) & ~Q(revoked_why=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_area_display()}"
