"""Phone systems, who sits at which extension since when, and by what the answer rate is judged."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Unit
from apps.accounts.models.role import TimeSpan
from apps.core.models import AppendOnly, Stamped
from apps.hotline.enums import Profile

USER = settings.AUTH_USER_MODEL


class PhoneSystem(Stamped):
    """``queues`` are those of the hotline (empty: all), ``internal`` ranges of numbers of ours ("800-899"),
    ``columns`` what stands under which heading where the profile is any other sheet. Local times in its files
    are in ``zone``."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    profile = models.CharField(_("kind of records"), max_length=20, choices=Profile)
    zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        related_name="+",
        verbose_name=_("unit"),
        help_text=_("Whose agents answer and call back."),
    )
    queues = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("queues of the hotline"),
        default=list,
        blank=True,
    )
    internal = ArrayField(
        models.CharField(max_length=30),
        verbose_name=_("internal numbers"),
        default=list,
        blank=True,
    )
    columns = models.JSONField(_("columns"), default=dict, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("phone system")
        verbose_name_plural = _("phone systems")
        ordering = ["name"]
        default_permissions = ("view",)
        permissions = [("manage_phonesystem", _("Can set up phone systems"))]
        constraints = [
            models.CheckConstraint(
                name="phone_system_profile_known", condition=Q(profile__in=Profile.values)
            )
        ]

    def __str__(self) -> str:
        return self.name


class Extension(Stamped):
    """Who sits at an extension for a time; one person at an instant."""

    system = models.ForeignKey(
        PhoneSystem, models.CASCADE, related_name="extensions", verbose_name=_("phone system")
    )
    extension = models.CharField(_("extension"), max_length=40)
    user = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("agent"))
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ["extension", "since"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                name="extension_span_in_order",
                condition=Q(until__isnull=True) | Q(until__gt=F("since")),
            ),
            models.CheckConstraint(name="extension_named", condition=~Q(extension="")),
            ExclusionConstraint(
                name="extension_of_one_at_a_time",
                expressions=[
                    ("system", RangeOperators.EQUAL),
                    ("extension", RangeOperators.EQUAL),
                    (TimeSpan("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.extension} · {self.user}"


class AnswerPolicy(AppendOnly):
    """By what calls offered from ``since`` on are judged, until the next row; spans cannot overlap, because a day
    begins one policy at most."""

    since = models.DateField(_("since"), unique=True)
    short_seconds = models.PositiveSmallIntegerField(
        _("hung up so soon, in seconds, is not counted"), default=5
    )
    level_seconds = models.PositiveSmallIntegerField(
        _("answered within so many seconds is prompt"), default=20
    )
    goal = models.DecimalField(
        _("goal, per cent"), max_digits=4, decimal_places=1, default=Decimal("98.0")
    )
    at = models.DateTimeField(_("entered"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True, verbose_name=_("by"))

    class Meta:
        verbose_name = _("answer rate policy")
        verbose_name_plural = _("answer rate policies")
        ordering = ["-since"]
        default_permissions = ("view",)
        permissions = [("set_answerpolicy", _("Can set by what the answer rate is judged"))]
        constraints = [
            models.CheckConstraint(
                name="answer_policy_sane",
                condition=Q(
                    goal__gt=0, goal__lte=100, short_seconds__lte=60, level_seconds__range=(1, 600)
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d}"
