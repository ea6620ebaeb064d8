"""Who asked about what, how and when, without saying who (TRK-8, TRK-10)."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly
from apps.customers.enums import Language
from apps.inquiries.enums import Outcome, Way


class Inquiry(AppendOnly):
    """One question about one shipment; ``asker`` is a keyed fingerprint and cannot be read."""

    way = models.CharField(_("way"), max_length=10, choices=Way)
    asker = models.CharField(_("asker's fingerprint"), max_length=32)
    # Empty when what was asked for is no number of ours: it could be anything.
    number = models.CharField(_("waybill number"), max_length=20, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    language = models.CharField(_("language"), max_length=10, choices=Language, blank=True)
    at = models.DateTimeField(_("when"), db_default=Now())

    class Meta:
        verbose_name = _("inquiry")
        verbose_name_plural = _("inquiries")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["number", "-id"], name="inquiry_by_number"),
            models.Index(fields=["asker", "-id"], name="inquiry_by_asker"),
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.number} {self.outcome}"
