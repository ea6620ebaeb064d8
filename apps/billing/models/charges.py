"""What is charged: written once, corrected by another row."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.billing.enums import ChargeKind
from apps.billing.models.fields import amount
from apps.billing.models.statements import Statement
from apps.core.models import AppendOnly


class Charge(AppendOnly):
    """One amount, tax included, for one thing. It is born in its statement; a closed statement takes
    none (a trigger refuses them at every door).

    ``source`` and ``nth`` are what makes it happen once ("waybill:17:1", 3). ``waybill`` is the number,
    and ``facts`` the snapshot that the paper needs (from, to, pieces, chargeable grams): charges live
    longer than waybills. ``inputs`` with ``tariff_version`` are what the price was made from, so that
    its steps can be computed again. A correction names what it corrects, always the first charge.
    """

    statement = models.ForeignKey(
        Statement,
        models.PROTECT,
        related_name="charges",
        db_index=False,
        verbose_name=_("statement"),
    )
    customer = models.ForeignKey(
        "customers.Customer",
        models.PROTECT,
        related_name="charges",
        null=True,
        db_index=False,
        verbose_name=_("customer"),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=ChargeKind)
    gross = amount(_("amount"))
    tax_class = models.ForeignKey(
        "pricing.TaxClass",
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("tax class"),
    )
    service_day = models.DateField(_("day of service"))
    waybill = models.CharField(_("waybill"), max_length=20, blank=True, default="")
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    tariff_version = models.ForeignKey(
        "pricing.TariffVersion",
        models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        verbose_name=_("tariff version"),
    )
    inputs = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    source = models.CharField(_("source"), max_length=60)
    nth = models.PositiveSmallIntegerField(default=0)
    corrects = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="corrections",
        null=True,
        db_index=False,
        verbose_name=_("corrects"),
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    at = models.DateTimeField(_("charged"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("charge")
        verbose_name_plural = _("charges")
        ordering = ["statement_id", "service_day", "id"]
        indexes = [
            models.Index(fields=["statement", "id"], name="charge_by_statement"),
            # A month is summed from this alone: its charges lie all over the table.
            models.Index(
                name="charge_sums",
                fields=["statement", "kind", "tax_class"],
                include=["gross", "tariff_version"],
            ),
            models.Index(fields=["waybill"], name="charge_by_waybill", condition=~Q(waybill="")),
            models.Index(
                fields=["corrects"],
                name="charge_by_corrected",
                condition=Q(corrects__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "nth"], name="charge_once"),
            models.CheckConstraint(name="charge_of_something", condition=~Q(gross=0)),
            models.CheckConstraint(
                name="charge_kind_known", condition=Q(kind__in=ChargeKind.values)
            ),
            models.CheckConstraint(
                name="charge_corrected_with_reason",
                condition=Q(corrects__isnull=True) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.waybill or self.source} {self.gross}"
