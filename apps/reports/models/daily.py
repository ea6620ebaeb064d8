"""The report of one unit and day: live until it is closed with remarks, then fixed (REP-2)."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Unit
from apps.core.models import Stamped
from apps.reports.enums import DailyState

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL


class DailyReportQuerySet(models.QuerySet["DailyReport"]):
    def visible_to(self, user: "User") -> "DailyReportQuerySet":
        units = user.visible_unit_ids()
        return self if units is None else self.filter(unit__in=units)


class DailyReport(Stamped):
    """``day`` is a local day of the company, half-open. ``content`` is empty while the report is live; closing writes
    the lines as they are then, with what came in later of earlier days, and their SHA-256 (triggers keep them)."""

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="daily_reports", verbose_name=_("unit")
    )
    day = models.DateField(_("day"))
    state = models.CharField(_("state"), max_length=10, choices=DailyState, default=DailyState.OPEN)
    remarks = models.TextField(_("remarks"), blank=True)
    content = models.JSONField(_("lines of the report"), default=dict)
    sha256 = models.CharField(_("fingerprint"), max_length=64, blank=True)
    card_at = models.DateTimeField(_("morning card sent"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, verbose_name=_("report closed by")
    )

    objects = DailyReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("daily report")
        verbose_name_plural = _("daily reports")
        ordering = ["-day", "unit"]
        default_permissions = ("view",)
        permissions = [("close_dailyreport", _("Can close a daily report with remarks"))]
        indexes = [
            models.Index(
                fields=["day"],
                name="dailyreport_without_card",
                condition=Q(card_at__isnull=True),
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["unit", "day"], name="dailyreport_once"),
            models.CheckConstraint(
                name="dailyreport_state_agrees",
                condition=Q(
                    state=DailyState.OPEN, closed_at__isnull=True, closed_by__isnull=True,
                    sha256="", remarks="",
                )
                | Q(
                    Q(sha256__regex="^[0-9a-f]{64}$") & ~Q(remarks=""),
                    state=DailyState.CLOSED, closed_at__isnull=False, closed_by__isnull=False,
                ),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.unit.name} {self.day:%Y-%m-%d}"
