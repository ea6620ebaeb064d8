"""A word with the customer or the consignee about a late shipment (TRK-7)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly
from apps.quality.enums import ContactChannel
from apps.quality.models.exception import ExceptionReport
from apps.tracking.enums import Party


class PartyContact(AppendOnly):
    """Whom we told, by what means, and what they said. Whoever is reached hears an apology and a new
    expected time."""

    exception = models.ForeignKey(
        ExceptionReport, models.PROTECT, related_name="contacts", verbose_name=_("exception report")
    )
    party = models.CharField(_("party"), max_length=10, choices=Party)
    channel = models.CharField(_("by"), max_length=10, choices=ContactChannel)
    was_reached = models.BooleanField(_("reached"))
    was_apologised_to = models.BooleanField(_("apology given"))
    expected_at = models.DateTimeField(_("told to expect"), null=True, blank=True)
    answer = models.CharField(_("what they said"), max_length=500, blank=True)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who")
    )

    class Meta:
        verbose_name = _("contact about a late shipment")
        verbose_name_plural = _("contacts about late shipments")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(was_reached=False) | Q(was_apologised_to=True),
                name="contact_apologises",
            ),
            models.CheckConstraint(
                condition=Q(was_reached=False) | Q(expected_at__isnull=False),
                name="contact_names_new_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exception_id} {self.party}"
