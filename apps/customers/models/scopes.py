"""Which customers a user is assigned to see."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import Stamped
from apps.customers.models.customers import Customer


class CustomerScope(Stamped):
    """This user, or this API key's service user, sees this customer."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="customer_scopes",
        verbose_name=_("user"),
    )
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="scopes", verbose_name=_("customer")
    )

    class Meta:
        verbose_name = _("customer assignment")
        verbose_name_plural = _("customer assignments")
        constraints = [
            models.UniqueConstraint(name="scope_once", fields=["user", "customer"]),
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.customer}"
