"""Figures as they were when they were computed, and the goals they are compared with (REP-4)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly
from apps.reports.enums import ScopeKind

USER = settings.AUTH_USER_MODEL


class Freeze(AppendOnly):
    """One computing of all figures of a kind of scope over the local days from ``first_day`` until just before
    ``until_day``. ``computed_at`` is when it ended; the rows were read shortly before. ``is_final``: no figure of it
    can change any more by what its definition still waits for."""

    scope_kind = models.CharField(_("of whom"), max_length=8, choices=ScopeKind)
    first_day = models.DateField(_("first day"))
    until_day = models.DateField(_("until just before"))
    nth = models.PositiveIntegerField(_("computing"))
    is_final = models.BooleanField(_("final"))
    computed_at = models.DateTimeField(_("computed at"))
    computed_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("computing of figures")
        verbose_name_plural = _("computings of figures")
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                name="freeze_nth_once", fields=["scope_kind", "first_day", "until_day", "nth"]
            ),
            models.CheckConstraint(
                name="freeze_of_some_days",
                condition=Q(until_day__gt=F("first_day"), nth__gte=1),
            ),
            models.CheckConstraint(
                name="freeze_scope_known", condition=Q(scope_kind__in=ScopeKind.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope_kind} {self.first_day}–{self.until_day} · {self.nth}"


class Figure(AppendOnly):
    """What a KPI said of one scope. ``scope_id`` is the row of the customer, unit, partner or agent and 0 for the whole
    company; a lane is in ``lane``. Numerator and denominator are sums of the list's two ticks (fen where it is money,
    minutes where it is time of need); median, p90 and mean are of its measure: seconds, or a score."""

    freeze = models.ForeignKey(
        Freeze, models.PROTECT, related_name="figures", db_index=False, verbose_name=_("computing")
    )
    kpi = models.CharField(_("figure"), max_length=30)
    version = models.PositiveSmallIntegerField(_("version of the definition"))
    scope_id = models.BigIntegerField(_("scope"), default=0)
    lane = models.CharField(_("lane"), max_length=90, blank=True)
    numerator = models.BigIntegerField(_("numerator"))
    denominator = models.BigIntegerField(_("denominator"))
    median = models.DecimalField(_("median"), max_digits=16, decimal_places=2, null=True)
    p90 = models.DecimalField(_("90th percentile"), max_digits=16, decimal_places=2, null=True)
    mean = models.DecimalField(_("mean"), max_digits=16, decimal_places=2, null=True)
    is_final = models.BooleanField(_("final"))

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures of KPIs")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("compare_people", _("Can see the figures of each agent by name")),
            ("freeze_figure", _("Can have figures computed and frozen")),
        ]
        constraints = [
            models.UniqueConstraint(
                name="figure_once", fields=["freeze", "kpi", "scope_id", "lane"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kpi} {self.numerator}/{self.denominator}"


class Goal(AppendOnly):
    """What a KPI is to reach from the local day ``since`` on, until the next goal of the same scope; without a value: no
    goal any more. A day begins one goal of a scope at most, so their spans cannot overlap. The value is in the unit in
    which the KPI is shown: per cent, per 10,000, seconds, a score."""

    kpi = models.CharField(_("figure"), max_length=30)
    scope_kind = models.CharField(_("of whom"), max_length=8, choices=ScopeKind)
    scope_id = models.BigIntegerField(_("scope"), default=0)
    lane = models.CharField(_("lane"), max_length=90, blank=True)
    value = models.DecimalField(_("goal"), max_digits=12, decimal_places=2, null=True, blank=True)
    since = models.DateField(_("since"))
    at = models.DateTimeField(_("entered"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("goal of a figure")
        verbose_name_plural = _("goals of figures")
        ordering = ["kpi", "scope_kind", "scope_id", "-since"]
        default_permissions = ("view",)
        permissions = [("set_goal", _("Can set goals of figures"))]
        constraints = [
            models.UniqueConstraint(
                name="goal_begins_once", fields=["kpi", "scope_kind", "scope_id", "lane", "since"]
            ),
            models.CheckConstraint(
                name="goal_scope_known", condition=Q(scope_kind__in=ScopeKind.values)
            ),
            models.CheckConstraint(
                name="goal_not_negative", condition=Q(value__isnull=True) | Q(value__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_scope_kind_display()} · {self.since:%Y-%m-%d}"
