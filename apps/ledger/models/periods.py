"""Months that are closed, and the balances at their end."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly
from apps.ledger.models.accounts import Account


class Period(AppendOnly):
    """A closed month, by its first day. The newest one closes all before it; there is no way back.

    Entries of a day in or before it are refused by a trigger, whoever writes them."""

    month = models.DateField(_("month"), unique=True)
    closed_at = models.DateTimeField(_("closed"), db_default=Now())
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("closed by")
    )

    class Meta:
        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        ordering = ["-month"]
        constraints = [
            models.CheckConstraint(name="period_from_the_first", condition=Q(month__day=1)),
        ]
        permissions = [("close_period", _("Can close a month of the ledger"))]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class DayBalance(AppendOnly):
    """What stood on each side of an account at the end of ``day``, the last one of a closed month:
    everything up to it, so that a balance is this and what was posted later. ``seal`` is a SHA-256
    over the row and the account's seal before; the daily proof computes it again."""

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="day_balances", verbose_name=_("account")
    )
    day = models.DateField(_("day"))
    debit = models.DecimalField(_("debit"), max_digits=18, decimal_places=2)
    credit = models.DecimalField(_("credit"), max_digits=18, decimal_places=2)
    seal = models.CharField(_("seal"), max_length=64)

    class Meta:
        verbose_name = _("sealed balance")
        verbose_name_plural = _("sealed balances")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["account", "day"], name="day_balance_once"),
            models.CheckConstraint(
                name="day_balance_not_below_zero", condition=Q(debit__gte=0, credit__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day:%Y-%m-%d}"
