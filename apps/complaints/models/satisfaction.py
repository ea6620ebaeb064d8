"""How satisfied the customer is: asked by the channel they used, answered once (CMP-7)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.complaints.enums import CaseChannel
from apps.complaints.models.case import Case
from apps.core.crypto import EncryptedTextField

USER = settings.AUTH_USER_MODEL


class SatisfactionAsk(models.Model):
    """One question; outsiders answer by a token derived from it (queries.satisfaction)."""

    case = models.ForeignKey(
        Case, models.PROTECT, related_name="satisfaction_asks", verbose_name=_("case")
    )
    channel = models.CharField(_("channel"), max_length=10, choices=CaseChannel)
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField(_("satisfaction, 1–5"), null=True, blank=True)
    comment = EncryptedTextField(_("comment"), blank=True, default="")
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = _("satisfaction question")
        verbose_name_plural = _("satisfaction questions")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="satisfactionask_answer_complete",
                condition=Q(score__isnull=True, answered_at__isnull=True, answered_by__isnull=True)
                | Q(
                    score__isnull=False,
                    score__gte=1,
                    score__lte=5,
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="satisfactionask_answered_after_asked",
                condition=Q(answered_at__isnull=True) | Q(answered_at__gte=F("asked_at")),
            ),
            models.UniqueConstraint(
                fields=["case"],
                name="satisfactionask_one_open",
                condition=Q(answered_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.score or '—'}"
