"""What came in that could not be taken as it was: nothing is lost (TRK-2)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField
from apps.tracking.enums import Door, RefusedState


class EventBatch(models.Model):
    """One delivery of events that left a refusal behind."""

    door = models.CharField(_("door"), max_length=10, choices=Door)
    source = models.CharField(_("source"), max_length=40)
    filename = models.CharField(_("file name"), max_length=120, blank=True)
    received_at = models.DateTimeField(_("received at"))
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("received by")
    )
    accepted = models.PositiveIntegerField(_("accepted"), default=0)
    repeated = models.PositiveIntegerField(_("repeated"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)

    class Meta:
        verbose_name = _("event batch")
        verbose_name_plural = _("event batches")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.source} {timezone.localtime(self.received_at):%Y-%m-%d %H:%M}"


class RefusedEvent(models.Model):
    """One item that was refused, kept as it came so that it can be tried again."""

    batch = models.ForeignKey(
        EventBatch, models.CASCADE, related_name="refusals", verbose_name=_("event batch")
    )
    index = models.PositiveIntegerField(_("position"))
    code = models.CharField(_("refusal"), max_length=40)
    message = models.CharField(_("why"), max_length=300)
    waybill_number = models.CharField(_("waybill number"), max_length=40, blank=True)
    # JSON as it came, at most 4 kB; it may name people.
    payload = EncryptedTextField(_("what came"))
    state = models.CharField(
        _("state"), max_length=10, choices=RefusedState, default=RefusedState.OPEN
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())
    closed_at = models.DateTimeField(_("dealt with at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("dealt with by"),
    )

    class Meta:
        verbose_name = _("refused event")
        verbose_name_plural = _("refused events")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "index"], name="refused_once"),
            models.CheckConstraint(
                condition=Q(state=RefusedState.OPEN, closed_at__isnull=True, closed_by__isnull=True)
                | (
                    ~Q(state=RefusedState.OPEN)
                    & Q(closed_at__isnull=False, closed_by__isnull=False)
                ),
                name="refused_closed_by_someone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["waybill_number"],
                name="refused_open_by_number",
                condition=Q(state=RefusedState.OPEN),
            ),
        ]
        permissions = [("retry_refusedevent", _("Can retry or drop refused events"))]

    def __str__(self) -> str:
        return f"{self.batch_id}#{self.index} {self.code}"
