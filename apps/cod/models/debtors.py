"""Couriers as those who may owe the company: what was counted short, repaid, waived (COD-7)."""

from django.utils.translation import gettext_lazy as _

from apps.tracking.models import Courier


class Debtor(Courier):
    """A courier; the debt is what the rows of cash-ups, takings and decisions add up to."""

    class Meta:
        proxy = True
        verbose_name = _("courier's debt")
        verbose_name_plural = _("couriers' debts")
        default_permissions = ("view",)
