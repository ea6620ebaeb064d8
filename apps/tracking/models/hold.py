"""Shipments that are kept from moving on for a reason that is not theirs, as snow that closes a road (CMP-8)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ShipmentHold(models.Model):
    """While it is not released, the watch opens no late case for the shipment: it is “held by IN…”, not late.

    Placed and released by the floor above that knows why; ``number`` is its number there, ``subject_type``
    ("incidents.incident") and ``subject_id`` lead to its page.
    """

    waybill = models.ForeignKey(
        "tracking.Waybill", models.PROTECT, related_name="holds", verbose_name=_("waybill")
    )
    number = models.CharField(_("held by"), max_length=20)
    subject_type = models.CharField(max_length=60, editable=False)
    subject_id = models.CharField(max_length=40, editable=False)
    held_at = models.DateTimeField(_("held since"))
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    released_at = models.DateTimeField(_("released"), null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("hold of a shipment")
        verbose_name_plural = _("holds of shipments")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["number"], name="hold_by_number")]
        constraints = [
            models.UniqueConstraint(
                fields=["waybill", "number"],
                name="shipment_hold_once",
                condition=Q(released_at__isnull=True),
            ),
            models.CheckConstraint(
                name="hold_released_by_someone",
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(released_at__isnull=False, released_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.waybill_id} {self.number}"
