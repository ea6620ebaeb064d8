"""Rules about access to account data, and the alerts that they raise."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.quality.models import ExceptionReport
from apps.safety.enums import AlertKind, AlertState


class AlertRule(models.Model):
    """When access is unusual. Which of the numbers a rule reads depends on its kind."""

    kind = models.CharField(_("kind"), max_length=16, choices=AlertKind, unique=True)
    is_active = models.BooleanField(_("in force"), default=True)
    most = models.PositiveSmallIntegerField(
        _("at most"),
        default=0,
        help_text=_("So many are usual within the time; one more is told. 0: each one is told."),
    )
    minutes = models.PositiveIntegerField(
        _("within minutes"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(44_640)],
        help_text=_("For somebody new: how long somebody is new."),
    )
    from_hour = models.PositiveSmallIntegerField(
        _("from hour"), default=21, validators=[MaxValueValidator(23)]
    )
    to_hour = models.PositiveSmallIntegerField(
        _("to hour"), default=7, validators=[MaxValueValidator(23)]
    )

    class Meta:
        verbose_name = _("rule about access")
        verbose_name_plural = _("rules about access")
        ordering = ["id"]
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(
                name="alert_rule_kind_known", condition=Q(kind__in=AlertKind.values)
            ),
            models.CheckConstraint(
                name="alert_rule_numbers",
                condition=Q(minutes__range=(1, 44_640), from_hour__lte=23, to_hour__lte=23),
            ),
        ]

    def __str__(self) -> str:
        return str(AlertKind(self.kind).label)


class SecurityAlert(models.Model):
    """Access that a rule calls unusual. While it is open, more of the same by the same person belongs to it."""

    kind = models.CharField(_("kind"), max_length=16, choices=AlertKind)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person")
    )
    count = models.PositiveIntegerField(_("how many"), default=1)
    what = models.CharField(_("what happened"), max_length=300)
    since = models.DateTimeField(_("since"))
    last_event_at = models.DateTimeField(_("last"))
    last_event = models.BigIntegerField(editable=False)
    state = models.CharField(_("state"), max_length=14, choices=AlertState, default=AlertState.OPEN)
    answer = models.TextField(_("what was found"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        verbose_name=_("judged by"),
    )
    answered_at = models.DateTimeField(_("judged at"), null=True)
    exception = models.ForeignKey(
        ExceptionReport,
        models.PROTECT,
        related_name="+",
        null=True,
        verbose_name=_("exception report"),
    )

    class Meta:
        verbose_name = _("security alert")
        verbose_name_plural = _("security alerts")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions: ClassVar = [("judge_securityalert", _("Can judge security alerts"))]
        indexes = [models.Index(fields=["state", "-id"], name="security_alert_by_state")]
        constraints = [
            models.UniqueConstraint(
                name="security_alert_one_open",
                fields=["kind", "person"],
                condition=Q(state=AlertState.OPEN),
            ),
            models.CheckConstraint(
                name="security_alert_kind_known", condition=Q(kind__in=AlertKind.values)
            ),
            models.CheckConstraint(
                name="security_alert_judged_by_whom",
                condition=Q(state=AlertState.OPEN, answered_at__isnull=True, answered_by__isnull=True, exception__isnull=True)
                | (Q(state=AlertState.HARMLESS, answered_at__isnull=False, answered_by__isnull=False, exception__isnull=True) & ~Q(answer=""))
                | Q(state=AlertState.INVESTIGATED, answered_at__isnull=False, answered_by__isnull=False, exception__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{AlertKind(self.kind).label} · {self.person}"
