"""What a customer's contract says about paying, beyond the settlement cycle."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.billing.models.dunning import DunningPlan
from apps.core.models import Stamped
from apps.customers.models import Customer


class BillingTerms(Stamped):
    """A customer without a row pays for itself, agrees by word or deed only, and has no limit for
    signed receipts."""

    customer = models.OneToOneField(
        Customer, models.PROTECT, related_name="billing_terms", verbose_name=_("customer")
    )
    payer = models.ForeignKey(
        Customer,
        models.PROTECT,
        related_name="pays_for",
        null=True,
        blank=True,
        verbose_name=_("paid by"),
        help_text=_("The company of the group that pays. Empty: the customer itself."),
    )
    deemed_after_days = models.PositiveSmallIntegerField(
        _("agreed by silence after (days)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("As the contract says, counted from the day of sending. Empty: never."),
    )
    receipt_return_days = models.PositiveSmallIntegerField(
        _("signed receipts back within (days)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(180)],
    )
    hold_after_days = models.PositiveSmallIntegerField(
        _("monthly orders on hold when overdue by (days)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(180)],
        help_text=_("Counted from the due day of the oldest unpaid statement. Empty: never."),
    )
    dunning_plan = models.ForeignKey(
        DunningPlan,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("dunning plan"),
        help_text=_("Empty: the usual one. A plan without levels asks for nothing by letter."),
    )

    class Meta:
        verbose_name = _("billing terms")
        verbose_name_plural = _("billing terms")
        ordering = ["customer__code"]
        constraints = [
            models.CheckConstraint(
                name="terms_paid_by_another",
                condition=Q(payer__isnull=True) | ~Q(payer=F("customer")),
                violation_error_message=_("Leave the payer empty where the customer pays itself."),
            ),
            models.CheckConstraint(
                name="terms_days_sane",
                condition=(Q(deemed_after_days__isnull=True) | Q(deemed_after_days__range=(1, 60)))
                & (Q(receipt_return_days__isnull=True) | Q(receipt_return_days__range=(1, 180))),
            ),
            models.CheckConstraint(
                name="terms_hold_days_sane",
                condition=Q(hold_after_days__isnull=True) | Q(hold_after_days__range=(1, 180)),
            ),
        ]

    def __str__(self) -> str:
        return str(self.customer)
