"""The feedback sheet 信息反馈表: satisfaction by shipment, and which sheets were sent (TRK-4)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField
from apps.customers.enums import PaperChannel
from apps.tracking.enums import Satisfaction


class ShipmentFeedback(models.Model):
    """What a customer said about one shipment; the latest word counts, the rest is history."""

    waybill = models.OneToOneField(
        "tracking.Waybill", models.PROTECT, related_name="feedback", verbose_name=_("waybill")
    )
    satisfaction = models.CharField(_("satisfied"), max_length=12, choices=Satisfaction)
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )

    class Meta:
        verbose_name = _("feedback on a shipment")
        verbose_name_plural = _("feedback on shipments")
        constraints = [
            models.CheckConstraint(
                condition=~Q(satisfaction=Satisfaction.DISSATISFIED) | ~Q(comment=""),
                name="feedback_dissatisfied_says_why",
            ),
        ]
        permissions = [("record_satisfaction", _("Can record how satisfied a customer is"))]

    def __str__(self) -> str:
        return f"{self.waybill_id} {self.satisfaction}"


class FeedbackSheet(models.Model):
    """One sheet that went to a customer: for which days, how, when and by whom."""

    customer = models.ForeignKey(
        "customers.Customer",
        models.PROTECT,
        related_name="feedback_sheets",
        verbose_name=_("customer"),
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    channel = models.CharField(_("sent by"), max_length=10, choices=PaperChannel)
    recipient = EncryptedTextField(_("sent to"), blank=True)
    shipments = models.PositiveIntegerField(_("shipments"))
    sent_at = models.DateTimeField(_("sent at"), db_default=Now())
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("sent by")
    )

    class Meta:
        verbose_name = _("feedback sheet")
        verbose_name_plural = _("feedback sheets")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="sheet_days_in_order"
            ),
        ]
        indexes = [models.Index(fields=["customer", "-id"], name="sheet_by_customer")]
        permissions = [("send_feedbacksheet", _("Can send feedback sheets"))]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.first_day}–{self.last_day}"
