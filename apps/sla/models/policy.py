"""Policies are data (CMP-2): which matters, which targets, who is notified before and after."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.core.models import AppendOnly
from apps.sla.enums import (
    CountsFrom,
    IntervalKind,
    Metric,
    OffHours,
    OnReopen,
    TellBy,
    Whom,
)
from apps.sla.kinds import matter_kind_choices
from apps.sla.models.calendar import WorkingCalendar

USER = settings.AUTH_USER_MODEL


class TwoNames(models.Model):
    """A name in Chinese and one in English; ``str`` is the one of the page's language."""

    name = models.CharField(_("name"), max_length=80)
    english_name = models.CharField(_("English name"), max_length=80, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        english = (translation.get_language() or "").startswith("en")
        return (english and self.english_name) or self.name


class PolicyQuerySet(models.QuerySet["Policy"]):
    def active(self) -> "PolicyQuerySet":
        return self.filter(retired_at__isnull=True)


class Policy(TwoNames):
    """A set of rules under one name. What it says stands in its versions."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("for"), max_length=20, choices=matter_kind_choices)
    priority = models.SmallIntegerField(
        _("priority"),
        default=0,
        help_text=_("Of the policies that fit, the one with the highest number applies."),
    )
    retired_at = models.DateTimeField(_("retired"), null=True, editable=False)
    retired_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("clock policy")
        verbose_name_plural = _("clock policies")
        ordering = ["kind", "-priority", "code"]
        default_permissions = ("view",)
        permissions = [("publish_policy", _("Can publish and retire clock policies"))]
        constraints = [
            models.CheckConstraint(
                name="sla_policy_retired_by_someone",
                condition=Q(retired_at__isnull=True, retired_by__isnull=True)
                | Q(retired_at__isnull=False, retired_by__isnull=False),
            ),
        ]


class PolicyEpoch(models.Model):
    """Counts the changes that open matters of a kind have to follow. A matter that was last read
    under an earlier count is read again (``services.recompute_stale``)."""

    kind = models.CharField(max_length=20, choices=matter_kind_choices, primary_key=True)
    epoch = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("policy count")
        verbose_name_plural = _("policy counts")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.epoch}"


class PolicyVersion(AppendOnly):
    """What a policy says from ``valid_from`` on, until its next version. An empty condition fits
    everything; the numbers of customers and contracts are those of their tables three floors up."""

    policy = models.ForeignKey(
        Policy, models.PROTECT, related_name="versions", verbose_name=_("clock policy")
    )
    number = models.PositiveSmallIntegerField(_("version"))
    valid_from = models.DateTimeField(_("valid from"))
    classes = ArrayField(
        models.CharField(max_length=40), verbose_name=_("classes"), default=list, blank=True
    )
    severities = ArrayField(
        models.CharField(max_length=40), verbose_name=_("severities"), default=list, blank=True
    )
    channels = ArrayField(
        models.CharField(max_length=40), verbose_name=_("channels"), default=list, blank=True
    )
    customer_ids = ArrayField(
        models.BigIntegerField(), verbose_name=_("customers"), default=list, blank=True
    )
    contract_ids = ArrayField(
        models.BigIntegerField(), verbose_name=_("contracts"), default=list, blank=True
    )
    published_at = models.DateTimeField(_("published"))
    # Empty for what was installed.
    published_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, verbose_name=_("published by")
    )
    note = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        ordering = ["policy_id", "-number"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="sla_version_once"),
        ]

    @property
    def is_for_some(self) -> bool:
        """Whether it has conditions at all; without any it fits everything of its kind."""
        return any(
            (self.classes, self.severities, self.channels, self.customer_ids, self.contract_ids)
        )

    def __str__(self) -> str:
        return f"{self.policy} · {self.number}"


class Target(AppendOnly):
    """One metric's limit: working seconds of a calendar. Without ``seconds`` the metric is measured
    and never late; a promise then brings its own due time and takes the steps from here."""

    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="targets")
    metric = models.CharField(_("what"), max_length=20, choices=Metric.choices)
    seconds = models.PositiveIntegerField(_("within"), null=True)
    calendar = models.ForeignKey(
        WorkingCalendar, models.PROTECT, related_name="+", verbose_name=_("working calendar")
    )
    pauses = ArrayField(
        models.CharField(max_length=20, choices=IntervalKind.choices),
        verbose_name=_("paused by"),
        default=list,
        blank=True,
    )
    on_reopen = models.CharField(
        _("when opened again"), max_length=10, choices=OnReopen.choices, default=OnReopen.NONE
    )
    counts_from = models.CharField(
        _("counts"), max_length=10, choices=CountsFrom.choices, default=CountsFrom.OPENING
    )

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["version_id", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["version", "metric"], name="sla_target_once"),
            models.CheckConstraint(
                name="sla_target_choices_known",
                condition=Q(
                    metric__in=Metric.values,
                    on_reopen__in=OnReopen.values,
                    counts_from__in=CountsFrom.values,
                ),
            ),
            models.CheckConstraint(
                name="sla_target_pauses_known",
                condition=Q(pauses__contained_by=IntervalKind.values[:3]),
            ),
        ]

    def __str__(self) -> str:
        return str(Metric(self.metric).label)


class Step(AppendOnly, TwoNames):
    """When somebody is notified: so much working time before (negative) or after the due time, or a
    share of the target; exactly one of the two."""

    target = models.ForeignKey(Target, models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()
    offset_seconds = models.IntegerField(_("offset"), null=True)
    percent = models.PositiveSmallIntegerField(_("share of the target"), null=True)
    whom = models.CharField(_("who is told"), max_length=10, choices=Whom.choices)
    role = models.CharField(_("role"), max_length=30, choices=Role.choices, blank=True)
    channels = ArrayField(
        models.CharField(max_length=10, choices=TellBy.choices), verbose_name=_("by")
    )
    off_hours = models.CharField(
        _("outside office hours"),
        max_length=20,
        choices=OffHours.choices,
        default=OffHours.SAME,
    )

    class Meta:
        verbose_name = _("escalation step")
        verbose_name_plural = _("escalation steps")
        ordering = ["target_id", "position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["target", "position"], name="sla_step_once"),
            models.CheckConstraint(
                name="sla_step_offset_or_percent",
                condition=Q(offset_seconds__isnull=True, percent__isnull=False)
                | Q(offset_seconds__isnull=False, percent__isnull=True),
            ),
            models.CheckConstraint(
                name="sla_step_role_when_a_role",
                condition=Q(whom=Whom.ROLE, role__in=Role.values)
                | Q(whom__in=[Whom.OWNER, Whom.UNIT_LEAD], role=""),
            ),
            models.CheckConstraint(
                name="sla_step_channels_known",
                condition=Q(channels__contained_by=TellBy.values, channels__len__gt=0),
            ),
            models.CheckConstraint(
                name="sla_step_off_hours_known", condition=Q(off_hours__in=OffHours.values)
            ),
        ]
