"""Contingency plans in versions, and drills."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly, Stamped
from apps.incidents.enums import Level, PlanKind, Seat, StepKind
from apps.quality.models import ExceptionReport

USER = settings.AUTH_USER_MODEL


class Plan(Stamped):
    """A plan for one kind of trouble; what it says is its newest version. ``current`` names that version,
    so that one is valid and no more. Reviewed every so many months, by a clock."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=PlanKind)
    level = models.CharField(_("level"), max_length=8, choices=Level)
    unit = models.ForeignKey(
        "accounts.Unit", models.PROTECT, related_name="+", verbose_name=_("unit")
    )
    current = models.OneToOneField(
        "PlanVersion", models.PROTECT, related_name="current_of", null=True, editable=False
    )
    reviewed_at = models.DateTimeField(_("last reviewed"))
    reviewed_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    review_months = models.PositiveSmallIntegerField(_("review every (months)"), default=12)

    class Meta:
        verbose_name = _("contingency plan")
        verbose_name_plural = _("contingency plans")
        ordering = ["kind", "code"]
        permissions = [("write_plan", _("Can write and review contingency plans"))]
        constraints = [
            models.CheckConstraint(name="plan_kind_known", condition=Q(kind__in=PlanKind.values)),
            models.CheckConstraint(name="plan_level_known", condition=Q(level__in=Level.values)),
            models.CheckConstraint(
                name="plan_named", condition=~Q(name="") & ~Q(code="") & Q(review_months__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlanVersion(AppendOnly):
    """``drill_months``: practised every so many months; ``update_minutes``: how long after a notice customers
    hear from us again, in minutes."""

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="versions", verbose_name=_("contingency plan")
    )
    n = models.PositiveSmallIntegerField(_("version"))
    text_zh = models.CharField(_("text for customers, in Chinese"), max_length=500)
    text_en = models.CharField(_("text for customers, in English"), max_length=500)
    drill_months = models.PositiveSmallIntegerField(_("drill every (months)"), default=6)
    update_minutes = models.PositiveIntegerField(_("next word after (minutes)"), default=240)
    at = models.DateTimeField(_("written"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("version of a contingency plan")
        verbose_name_plural = _("versions of contingency plans")
        ordering = ["-n"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["plan", "n"], name="plan_version_once"),
            models.CheckConstraint(
                name="plan_version_says_something",
                condition=~Q(text_zh="") & ~Q(text_en="") & Q(n__gt=0, drill_months__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} ({self.n})"


class PlanStep(AppendOnly):
    """What somebody in ``seat`` does ``within`` so many minutes of the declaration; with ``needs_proof`` it is done
    only with a word on what proves it."""

    version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="steps")
    n = models.PositiveSmallIntegerField(_("step"))
    kind = models.CharField(_("kind"), max_length=14, choices=StepKind, default=StepKind.ORDINARY)
    seat = models.CharField(_("seat"), max_length=12, choices=Seat)
    what = models.CharField(_("what is to be done"), max_length=200)
    within = models.PositiveIntegerField(_("within (minutes)"))
    needs_proof = models.BooleanField(_("needs proof"), default=False)

    class Meta:
        verbose_name = _("step of a contingency plan")
        verbose_name_plural = _("steps of contingency plans")
        ordering = ["n"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["version", "n"], name="plan_step_once"),
            models.CheckConstraint(
                name="plan_step_says_what", condition=~Q(what="") & Q(within__gt=0)
            ),
            models.CheckConstraint(name="plan_step_seat_known", condition=Q(seat__in=Seat.values)),
        ]

    def __str__(self) -> str:
        return self.what


class Drill(models.Model):
    """A plan is practised by ``due_on``; held with these ``people``, so many ``minutes`` for each step in their
    order. What was found wanting is a ``DrillFinding``."""

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="drills", verbose_name=_("contingency plan")
    )
    version = models.ForeignKey(
        PlanVersion, models.PROTECT, related_name="+", null=True, verbose_name=_("version")
    )
    due_on = models.DateField(_("due on"))
    held_at = models.DateTimeField(_("drill held"), null=True)
    held_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, verbose_name=_("led by")
    )
    people: "models.ManyToManyField[models.Model, models.Model]" = models.ManyToManyField(
        USER, related_name="+", blank=True, verbose_name=_("who took part")
    )
    minutes = ArrayField(
        models.PositiveIntegerField(), default=list, blank=True, verbose_name=_("minutes per step")
    )
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("drill")
        verbose_name_plural = _("drills")
        ordering = ["-due_on", "-id"]
        default_permissions = ("view",)
        permissions = [("hold_drill", _("Can hold drills"))]
        indexes = [
            models.Index(fields=["due_on"], name="drill_due", condition=Q(held_at__isnull=True))
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["plan"], name="drill_one_ahead", condition=Q(held_at__isnull=True)
            ),
            models.CheckConstraint(
                name="drill_held_agrees",
                condition=Q(held_at__isnull=True, held_by__isnull=True, version__isnull=True)
                | Q(held_at__isnull=False, held_by__isnull=False, version__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.due_on}"

    @property
    def is_overdue(self) -> bool:
        """It was to be held by a day that is over."""
        return self.held_at is None and self.due_on < timezone.localdate()


class DrillFinding(AppendOnly):
    """What a drill found wanting: an exception of our own check, whose corrective actions it uses."""

    drill = models.ForeignKey(Drill, models.PROTECT, related_name="findings")
    exception = models.OneToOneField(ExceptionReport, models.PROTECT, related_name="drill_finding")
    what = models.CharField(_("what was found"), max_length=300)

    class Meta:
        verbose_name = _("finding of a drill")
        verbose_name_plural = _("findings of drills")
        ordering = ["id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(name="drill_finding_says_what", condition=~Q(what=""))
        ]

    def __str__(self) -> str:
        return self.what
