"""Once a quarter somebody reads what customers answered, suggested and praised, and sets actions (SOP)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField
from apps.core.models import Stamped

USER = settings.AUTH_USER_MODEL


class QuarterlyAnalysis(Stamped):
    """Of the surveys, suggestions and praise of one quarter; it ends in one corrective action at least, which
    the database sees to. ``figures`` are those of the quarter when it was written."""

    quarter = models.DateField(_("quarter"), unique=True)  # its first day
    findings = EncryptedTextField(_("findings"))
    figures = models.JSONField(_("figures"), default=dict, editable=False)
    written_at = models.DateTimeField(_("written"), editable=False)
    written_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", editable=False, verbose_name=_("written by")
    )

    class Meta:
        verbose_name = _("quarterly analysis of opinions")
        verbose_name_plural = _("quarterly analyses of opinions")
        ordering = ["-quarter"]
        default_permissions = ("view", "add")
        constraints = [
            models.CheckConstraint(
                name="quarterlyanalysis_first_day",
                condition=Q(quarter__day=1, quarter__month__in=[1, 4, 7, 10]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """2026-Q4"""
        return f"{self.quarter:%Y}-Q{(self.quarter.month + 2) // 3}"
