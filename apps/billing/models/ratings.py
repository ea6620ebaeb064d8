"""How far the pricing of a shipment is."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.billing.models.fields import amount
from apps.customers.models import Customer


class ShipmentRating(models.Model):
    """One row for each shipment that was to be charged: its price, or why there is none (BIL-1).

    ``revision`` counts how often it was rated. What a person set stays (``is_set``) until they lift it.
    The number of the waybill stands here, because charges live longer than waybills.
    """

    waybill_id = models.BigIntegerField(unique=True)
    waybill = models.CharField(_("waybill"), max_length=20)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    month = models.DateField(_("month"))
    service = models.CharField(_("service"), max_length=30, blank=True)
    version = models.ForeignKey(
        "pricing.TariffVersion", models.PROTECT, related_name="+", null=True, db_index=False
    )
    engine = models.PositiveSmallIntegerField(default=0)
    inputs = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    gross = amount(_("price"), null=True)
    refusal = models.CharField(_("why there is no price"), max_length=300, blank=True)
    refusal_code = models.CharField(max_length=40, blank=True)
    revision = models.PositiveSmallIntegerField(default=0)
    is_set = models.BooleanField(_("set by hand"), default=False)
    set_reason = models.CharField(_("reason"), max_length=200, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, db_index=False
    )
    rated_at = models.DateTimeField(_("rated"))

    class Meta:
        verbose_name = _("price of a shipment")
        verbose_name_plural = _("prices of shipments")
        ordering = ["-rated_at", "-id"]
        default_permissions = ("view",)
        permissions = [("rate_shipment", _("Can rate shipments again and set prices by hand"))]
        indexes = [
            models.Index(fields=["-rated_at", "-id"], name="rating_newest"),
            models.Index(
                fields=["month", "customer"], name="rating_missing", condition=Q(gross__isnull=True)
            ),
            models.Index(fields=["waybill"], name="rating_by_waybill"),
        ]
        constraints = [
            models.CheckConstraint(
                name="rating_price_or_reason",
                condition=Q(gross__isnull=False, refusal="")
                | (Q(gross__isnull=True) & ~Q(refusal="")),
            ),
            models.CheckConstraint(
                name="rating_set_by_someone",
                condition=Q(is_set=False, set_by__isnull=True, set_reason="")
                | (Q(is_set=True, set_by__isnull=False) & ~Q(set_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return self.waybill
