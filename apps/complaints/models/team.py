"""Rules as data: which case is major, and who gets it (CMP-1)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.complaints.enums import CaseClass, Prefer, Severity
from apps.core.models import MoneyField


class AssignmentRule(models.Model):
    """The first rule that fits says who gets a case; an empty condition fits everything."""

    position = models.PositiveSmallIntegerField(_("position"), unique=True)
    name = models.CharField(_("Chinese name"), max_length=80)
    english_name = models.CharField(_("English name"), max_length=80)
    case_class = models.CharField(_("class"), max_length=10, choices=CaseClass, blank=True)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity, blank=True)
    customer = models.ForeignKey(
        "customers.Customer",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("customer"),
    )
    # The case arose here or below.
    unit = models.ForeignKey(
        "accounts.Unit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("arose in"),
    )
    prefer = models.CharField(
        _("first choice"), max_length=14, choices=Prefer, default=Prefer.LEAST_LOADED
    )
    role = models.CharField(_("role"), max_length=30, choices=Role, default=Role.AGENT)
    # Whose holders of the role are the team; empty: the unit of the case, or the nearest above.
    team = models.ForeignKey(
        "accounts.Unit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("team"),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("assignment rule")
        verbose_name_plural = _("assignment rules")
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                name="assignmentrule_class_known",
                condition=Q(case_class__in=["", *CaseClass.values]),
            ),
            models.CheckConstraint(
                name="assignmentrule_severity_known",
                condition=Q(severity__in=["", *Severity.values]),
            ),
            models.CheckConstraint(
                name="assignmentrule_role_known", condition=Q(role__in=Role.values)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MajorRule(models.Model):
    """A case on which all conditions given hold is major."""

    name = models.CharField(_("Chinese name"), max_length=80)
    english_name = models.CharField(_("English name"), max_length=80)
    words = models.TextField(
        _("words"), blank=True, help_text=_("One a line; any of them in what was said.")
    )
    min_declared_value = MoneyField(_("declared value from"), null=True, blank=True)
    case_class = models.CharField(_("class"), max_length=10, choices=CaseClass, blank=True)
    key_account = models.BooleanField(_("key accounts only"), default=False)
    repeat_count = models.PositiveSmallIntegerField(
        _("complaints, this one included"), null=True, blank=True
    )
    repeat_days = models.PositiveSmallIntegerField(_("within days"), null=True, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("rule for major cases")
        verbose_name_plural = _("rules for major cases")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="majorrule_has_a_condition",
                condition=~Q(words="")
                | Q(min_declared_value__isnull=False)
                | ~Q(case_class="")
                | Q(key_account=True)
                | Q(repeat_count__isnull=False),
            ),
            models.CheckConstraint(
                name="majorrule_repeat_complete",
                condition=Q(repeat_count__isnull=True, repeat_days__isnull=True)
                | Q(
                    repeat_count__isnull=False,
                    repeat_days__isnull=False,
                    repeat_count__gte=2,
                    repeat_days__gte=1,
                ),
            ),
            models.CheckConstraint(
                name="majorrule_value_positive",
                condition=Q(min_declared_value__isnull=True) | Q(min_declared_value__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return self.name
