"""When and how a merchant is remitted to (COD-7)."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.banking.models import BankAccount
from apps.cod.enums import Cycle
from apps.core.models import AppendOnly, MoneyField
from apps.customers.models import Customer

USER = settings.AUTH_USER_MODEL
ZERO = Decimal("0.00")


class RemittanceTerms(AppendOnly):
    """How a merchant is remitted to from ``since`` on, until the next row; of two of one day the later
    entered. A merchant without any is not remitted to."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="remittance_terms", verbose_name=_("merchant")
    )
    since = models.DateField(_("since"))
    cycle = models.CharField(_("cycle"), max_length=8, choices=Cycle)
    days = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("days"))
    delay_days = models.PositiveSmallIntegerField(
        _("days after the money is on the bank (T+n)"), default=1
    )
    minimum = MoneyField(_("minimum"), default=ZERO)
    fee_deducted = models.BooleanField(_("fee deducted from the remittance"), default=False)
    offset_agreed = models.BooleanField(
        _("overdue statements are set off, as the contract says"), default=False
    )
    is_held = models.BooleanField(_("on hold"), default=False)
    account = models.ForeignKey(
        BankAccount,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("paid from"),
        help_text=_("Empty: the first open account for COD."),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    at = models.DateTimeField(_("entered"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("remittance terms")
        verbose_name_plural = _("remittance terms")
        ordering = ["-since", "-id"]
        default_permissions = ("view",)
        permissions = [("set_remittanceterms", _("Can set when merchants are remitted to"))]
        indexes = [
            models.Index(fields=["customer", "-since", "-id"], name="remittance_terms_newest")
        ]
        constraints = [
            models.CheckConstraint(
                name="remittance_terms_cycle_known", condition=Q(cycle__in=Cycle.values)
            ),
            models.CheckConstraint(
                name="remittance_terms_days_of_cycle",
                condition=Q(days__len__gte=1)
                & (
                    Q(cycle=Cycle.WEEKLY, days__contained_by=list(range(1, 8)))
                    | Q(cycle=Cycle.MONTHLY, days__contained_by=list(range(1, 32)))
                    | Q(cycle=Cycle.EVERY, days__len=1, days__0__range=(1, 60))
                ),
            ),
            models.CheckConstraint(
                name="remittance_terms_sane", condition=Q(minimum__gte=0, delay_days__lte=60)
            ),
            models.CheckConstraint(
                name="remittance_terms_held_says_why", condition=Q(is_held=False) | ~Q(note="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} {self.since:%Y-%m-%d}"
