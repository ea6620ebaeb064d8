"""What happened to a message, line by line, with the answers of providers (NTF-2)."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly
from apps.notifications.enums import (
    Effect,
    Step,
)

if TYPE_CHECKING:
    pass
from apps.notifications.models.delivery import Delivery


class Attempt(AppendOnly):
    """One line of a delivery's history, with the provider's answer; no personal data in clear."""

    delivery = models.ForeignKey(
        Delivery, models.PROTECT, related_name="history", verbose_name=_("message")
    )
    at = models.DateTimeField(_("when"), db_default=Now())
    number = models.PositiveSmallIntegerField(_("attempt"), default=0)
    step = models.CharField(_("what"), max_length=12, choices=Step)
    effect = models.CharField(_("result"), max_length=12, choices=Effect, blank=True)
    code = models.CharField(_("code"), max_length=60, blank=True)
    answer = models.JSONField(_("answer"), default=dict, encoder=DjangoJSONEncoder)
    template = models.ForeignKey(
        "notifications.MessageTemplate",
        models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        verbose_name=_("template"),
    )
    worker = models.CharField(_("worker"), max_length=60, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        verbose_name=_("by"),
    )

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["at"], name="attempt_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}#{self.number} {self.step}"
