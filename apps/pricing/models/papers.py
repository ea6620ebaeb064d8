"""Tax classes, and prices agreed for one job."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly, Stamped
from apps.customers.models import Customer
from apps.pricing.enums import QuoteState


class TaxClass(Stamped, AppendOnly):
    """What is taxed at which rate since when; the newest row of a code at or before a day applies.
    ``item_code`` is the tax authority's code of goods and services 税收分类编码, 19 digits."""

    code = models.SlugField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=60)
    since = models.DateField(_("valid from"))
    rate_ppm = models.PositiveIntegerField(_("rate"))
    item_code = models.CharField(_("tax item code"), max_length=19, blank=True)

    class Meta:
        verbose_name = _("tax class")
        verbose_name_plural = _("tax classes")
        ordering = ["code", "-since"]
        default_permissions = ("view", "add")
        constraints = [
            models.UniqueConstraint(name="tax_class_once_since", fields=["code", "since"]),
            models.CheckConstraint(
                name="tax_class_sane",
                condition=Q(rate_ppm__lt=1_000_000) & Q(item_code__regex=r"^([0-9]{19})?$"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Quote(Stamped):
    """A price for one job, where no tariff fits 一事一议: a dedicated vehicle, storage. Approved by
    somebody else than whoever made it; good until a day."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="quotes", verbose_name=_("customer")
    )
    service = models.SlugField(_("service"), max_length=30)
    what = models.CharField(_("for what"), max_length=200)
    # The number of the order it is for, which stands floors above; empty: any of this customer.
    order_number = models.CharField(_("order"), max_length=30, blank=True)
    vehicle = models.CharField(_("vehicle"), max_length=30, blank=True)
    distance_m = models.PositiveIntegerField(_("distance (m)"), null=True, blank=True)
    amount_fen = models.PositiveBigIntegerField(_("amount (fen)"))
    valid_until = models.DateField(_("valid until"))
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=QuoteState.choices,
        default=QuoteState.OPEN,
        editable=False,
    )
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, editable=False
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        ordering = ["-id"]
        default_permissions = ("view", "add")
        permissions = [("approve_quote", _("Can approve quotes"))]
        constraints = [
            models.CheckConstraint(name="quote_amount_positive", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="quote_decided_by_somebody_else",
                condition=Q(state=QuoteState.OPEN, decided_at__isnull=True, decided_by__isnull=True)
                | (
                    Q(
                        state__in=[QuoteState.APPROVED, QuoteState.TURNED_DOWN],
                        decided_at__isnull=False,
                        decided_by__isnull=False,
                    )
                    & ~Q(decided_by=F("created_by"))
                ),
            ),
            models.CheckConstraint(
                name="quote_turned_down_with_reason",
                condition=~Q(state=QuoteState.TURNED_DOWN) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} · {self.customer}"
