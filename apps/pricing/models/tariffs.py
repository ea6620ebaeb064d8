"""A tariff and its versions: whose prices for which service, and since when."""

from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.models import Stamped
from apps.customers.models import Customer
from apps.pricing.enums import (
    BillingEvent,
    Measure,
    PricedBy,
    RoundMode,
    TierMeasure,
    UpperBound,
    VersionState,
    Volumetric,
)


def chosen(label: Any, choices: Any, default: Any) -> models.CharField:  # type: ignore[type-arg]
    return models.CharField(label, max_length=10, choices=choices.choices, default=default)


class Tariff(Stamped):
    """Prices of a service: of one customer, or the list price of everybody else. What they are stands
    in the versions."""

    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tariffs",
        verbose_name=_("customer"),
    )
    # The code of a service level, which stands a floor above.
    service = models.SlugField(_("service"), max_length=30)
    name = models.CharField(_("name"), max_length=80)
    currency = models.CharField(_("currency"), max_length=3, default="CNY", editable=False)

    class Meta:
        verbose_name = _("tariff")
        verbose_name_plural = _("tariffs")
        ordering = ["service", "customer_id"]
        default_permissions = ("view",)
        permissions = [
            ("draft_tariff", _("Can enter tariffs and draft versions")),
            ("publish_tariff", _("Can publish versions of tariffs")),
            ("try_tariff", _("Can ask what a shipment would cost")),
        ]
        constraints = [
            models.UniqueConstraint(
                name="tariff_once_per_customer_and_service",
                fields=["customer", "service"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="tariff_named", condition=~Q(name="") & ~Q(service="")),
            models.CheckConstraint(name="tariff_in_cny", condition=Q(currency="CNY")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def whose(self) -> str:
        return self.customer.display_name if self.customer else gettext("list price")


class TariffVersion(Stamped):
    """What a tariff says from ``since`` on, until the next version. Once active it never changes:
    triggers on it and on its parts refuse (``migrations/_by_hand.py``).

    Weights in grams, money in fen, rates in millionths; see ``rating.tariff.Tariff``.
    """

    tariff = models.ForeignKey(
        Tariff, models.PROTECT, related_name="versions", verbose_name=_("tariff")
    )
    since = models.DateField(_("valid from"))
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=VersionState.choices,
        default=VersionState.DRAFT,
        editable=False,
    )
    measure = chosen(_("priced by"), Measure, Measure.WEIGHT)
    priced_by = chosen(_("weight of"), PricedBy, PricedBy.SHIPMENT)
    volumetric = chosen(_("volumetric weight"), Volumetric, Volumetric.OFF)
    divisor = models.PositiveIntegerField(
        _("volumetric divisor (cm³ per kg)"), default=6000, validators=[MinValueValidator(1)]
    )
    upper_bound = chosen(_("the end of a band"), UpperBound, UpperBound.INCLUDED)
    min_weight_g = models.PositiveIntegerField(_("least weight (g)"), default=0)
    heaviest = models.PositiveIntegerField(
        _("greatest weight (g)"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    min_fen = models.PositiveBigIntegerField(_("least freight (fen)"), default=0)
    freight_step_fen = models.PositiveIntegerField(
        _("freight rounded to (fen)"), default=1, validators=[MinValueValidator(1)]
    )
    total_step_fen = models.PositiveIntegerField(
        _("total rounded to (fen)"), default=1, validators=[MinValueValidator(1)]
    )
    round_mode = chosen(_("amounts are rounded"), RoundMode, RoundMode.HALF_UP)
    may_fall = models.BooleanField(_("a heavier shipment may cost less"), default=False)
    next_break = models.BooleanField(_("the next band's beginning if cheaper"), default=False)
    monthly_measure = chosen(_("monthly tiers count"), TierMeasure, TierMeasure.SHIPMENTS)
    tax_class = models.SlugField(_("tax class of freight"), max_length=20, blank=True)
    tax_inclusive = models.BooleanField(_("prices include tax"), default=True, editable=False)
    billing_event = chosen(_("month of"), BillingEvent, BillingEvent.PICKED_UP)
    note = models.CharField(_("reason"), max_length=300, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, editable=False
    )
    sha256 = models.CharField(_("fingerprint"), max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("tariff version")
        verbose_name_plural = _("tariff versions")
        ordering = ["tariff_id", "-since", "-id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                name="version_once_since",
                fields=["tariff", "since"],
                condition=Q(state=VersionState.ACTIVE),
            ),
            models.CheckConstraint(
                name="version_published_by_someone",
                condition=Q(
                    state=VersionState.DRAFT,
                    published_at__isnull=True,
                    published_by__isnull=True,
                    sha256="",
                )
                | Q(
                    state=VersionState.ACTIVE,
                    published_at__isnull=False,
                    published_by__isnull=False,
                    sha256__regex="^[0-9a-f]{64}$",
                ),
            ),
            models.CheckConstraint(
                name="version_choices_known",
                condition=Q(
                    measure__in=Measure.values,
                    priced_by__in=PricedBy.values,
                    volumetric__in=Volumetric.values,
                    upper_bound__in=UpperBound.values,
                    round_mode__in=RoundMode.values,
                    monthly_measure__in=TierMeasure.values,
                    billing_event__in=BillingEvent.values,
                ),
            ),
            models.CheckConstraint(
                name="version_figures_sane",
                condition=Q(divisor__gt=0, freight_step_fen__gt=0, total_step_fen__gt=0)
                & (Q(heaviest__isnull=True) | Q(heaviest__gt=0)),
            ),
            models.CheckConstraint(name="version_tax_inclusive", condition=Q(tax_inclusive=True)),
        ]

    def __str__(self) -> str:
        return f"{self.tariff} · {self.since:%Y-%m-%d}"

    @property
    def is_draft(self) -> bool:
        return self.state == VersionState.DRAFT


class VersionPart(models.Model):
    """A row of a version. ``position`` is its place in the sheet."""

    position = models.PositiveIntegerField()

    class Meta:
        abstract = True
        default_permissions = ()
