"""How many orders the customer says it sent on a day (ORD-1)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import Stamped
from apps.customers.models import Customer
from apps.orders.enums import CountStatus

USER = settings.AUTH_USER_MODEL


class DeclaredCount(Stamped):
    """``received`` is what was counted when last compared; a difference needs an explanation."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="declared_counts", verbose_name=_("customer")
    )
    day = models.DateField(_("day"))
    declared = models.PositiveIntegerField(_("sent, says the customer"))
    received = models.PositiveIntegerField(_("received"))
    status = models.CharField(_("status"), max_length=10, choices=CountStatus.choices)
    compared_at = models.DateTimeField(_("last compared"))
    compared_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", verbose_name=_("compared by")
    )
    resolved_at = models.DateTimeField(_("explained"), null=True, editable=False)
    resolved_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )
    explanation = models.CharField(_("explanation"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("order count")
        verbose_name_plural = _("order counts")
        ordering = ["-day", "customer"]
        permissions = [("resolve_declaredcount", _("Can explain a difference of order counts"))]
        indexes = [
            models.Index(fields=["status", "-day"], name="count_status_day"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["customer", "day"], name="count_once_a_day"),
            models.CheckConstraint(
                name="count_status_agrees",
                condition=Q(status=CountStatus.MATCHED, declared=F("received"))
                | Q(status__in=[CountStatus.MISMATCH, CountStatus.RESOLVED])
                & ~Q(declared=F("received")),
            ),
            models.CheckConstraint(
                name="count_resolved_agrees",
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True, explanation="")
                & ~Q(status=CountStatus.RESOLVED)
                | Q(
                    resolved_at__isnull=False,
                    resolved_by__isnull=False,
                    status=CountStatus.RESOLVED,
                )
                & ~Q(explanation=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} {self.day}"

    @property
    def state(self) -> CountStatus:
        return CountStatus(self.status)
