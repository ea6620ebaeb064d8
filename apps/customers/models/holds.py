"""What keeps a customer's monthly orders from being confirmed, written down by the floors above."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.customers.enums import HoldKind
from apps.customers.models.customers import Customer

USER = settings.AUTH_USER_MODEL


class HoldQuerySet(models.QuerySet["CustomerHold"]):
    def in_force(self) -> "HoldQuerySet":
        return self.filter(lifted_at=None)

    def binding(self) -> "HoldQuerySet":
        """Those in spite of which no leader lets orders through."""
        return self.in_force().filter(overridden_at=None)


class CustomerHold(models.Model):
    """From ``since`` until it is lifted, once for each kind (BIL-6). A leader may let orders through in
    spite of it; that ends with it, so the next one binds again."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="holds", verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=HoldKind)
    reason = models.CharField(_("reason"), max_length=300)
    since = models.DateTimeField(_("since"))
    held_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    overridden_at = models.DateTimeField(null=True)
    overridden_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)
    overridden_reason = models.CharField(max_length=300, blank=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold on a customer")
        verbose_name_plural = _("holds on customers")
        ordering = ["-since", "-id"]
        default_permissions = ()
        permissions = [("override_customerhold", _("Can let orders through in spite of a hold"))]
        constraints = [
            models.UniqueConstraint(
                name="hold_once", fields=["customer", "kind"], condition=Q(lifted_at__isnull=True)
            ),
            models.CheckConstraint(name="hold_kind_known", condition=Q(kind__in=HoldKind.values)),
            models.CheckConstraint(name="hold_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="hold_overridden_by_whom",
                condition=Q(
                    overridden_at__isnull=True, overridden_by__isnull=True, overridden_reason=""
                )
                | (
                    Q(overridden_at__isnull=False, overridden_by__isnull=False)
                    & ~Q(overridden_reason="")
                ),
            ),
            models.CheckConstraint(
                name="hold_lifted_by_whom",
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.reason}"
