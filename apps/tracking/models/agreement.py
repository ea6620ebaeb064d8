"""What a partner carrier has agreed to (TRK-5)."""

from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.tracking.models.partner import PartnerCarrier
from apps.tracking.models.service_level import DaySpan, check_span


def agreement_path(_agreement: "PartnerAgreement", filename: str) -> str:
    """A random name; only the checked extension of the original is kept."""
    suffix = filename.rsplit(".", 1)[-1].lower()[:4]
    return f"tracking/agreements/{uuid4().hex}.{suffix if suffix.isalnum() else 'bin'}"


class PartnerAgreement(models.Model):
    """One area, the standard hours there, and who pays for what; one valid at a time."""

    carrier = models.ForeignKey(
        PartnerCarrier, models.PROTECT, related_name="agreements", verbose_name=_("partner carrier")
    )
    area = models.CharField(_("area"), max_length=80)
    pickup_hours = models.DecimalField(
        _("pickup (hours)"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    line_haul_hours = models.DecimalField(
        _("line-haul (hours)"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    delivery_hours = models.DecimalField(
        _("delivery (hours)"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    receipt_return_hours = models.DecimalField(
        _("receipt return (hours)"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    liability = models.TextField(_("liability"), max_length=4000)
    file = models.FileField(_("signed agreement"), upload_to=agreement_path, blank=True)
    filename = models.CharField(max_length=160, blank=True, editable=False)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until (not included)"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("recorded by"),
    )

    class Meta:
        verbose_name = _("partner agreement")
        verbose_name_plural = _("partner agreements")
        ordering = ["carrier", "area", "-valid_from"]
        constraints = [
            ExclusionConstraint(
                name="agreement_one_valid_at_a_time",
                expressions=[
                    ("carrier", RangeOperators.EQUAL),
                    ("area", RangeOperators.EQUAL),
                    (DaySpan("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="agreement_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(area="") & ~Q(liability=""), name="agreement_says_where_and_what"
            ),
            models.CheckConstraint(
                condition=(Q(pickup_hours__isnull=True) | Q(pickup_hours__gte=0))
                & (Q(line_haul_hours__isnull=True) | Q(line_haul_hours__gte=0))
                & (Q(delivery_hours__isnull=True) | Q(delivery_hours__gte=0))
                & (Q(receipt_return_hours__isnull=True) | Q(receipt_return_hours__gte=0)),
                name="agreement_hours_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.carrier_id} {self.area} {self.valid_from:%Y-%m-%d}"

    def clean(self) -> None:
        check_span(self.valid_from, self.valid_until)
