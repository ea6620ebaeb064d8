"""What the centre that executes an order gets, and what it arranged."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField
from apps.core.models import Stamped
from apps.orders.enums import CentreKind
from apps.orders.models.work_order import WorkOrder

USER = settings.AUTH_USER_MODEL


class PrintJob(Stamped):
    """A confirmed order in the print queue of a dispatch or freight centre (ORD-4)."""

    work_order = models.OneToOneField(
        WorkOrder, models.PROTECT, related_name="print_job", verbose_name=_("work order")
    )
    centre_kind = models.CharField(_("centre"), max_length=16, choices=CentreKind.choices)
    centre = models.ForeignKey(
        "accounts.Unit",
        models.PROTECT,
        related_name="print_jobs",
        null=True,
        verbose_name=_("executed by"),
    )
    printed_at = models.DateTimeField(_("first printed"), null=True, editable=False)
    printed_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )

    class Meta:
        verbose_name = _("print job")
        verbose_name_plural = _("print queue")
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(
                name="print_job_waiting",
                fields=["centre_kind", "centre", "created_at"],
                condition=Q(printed_at__isnull=True, withdrawn_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="print_job_printed_has_person",
                condition=Q(printed_at__isnull=True, printed_by__isnull=True)
                | Q(printed_at__isnull=False, printed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="print_job_withdrawn_has_person",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.work_order)


class DispatchArrangement(Stamped):
    """Vehicle, driver and expected time as confirmed with dispatch, then told to the customer (TRK-3)."""

    work_order = models.OneToOneField(WorkOrder, models.PROTECT, related_name="arrangement")
    vehicle = models.CharField(_("vehicle"), max_length=40)
    driver_name = EncryptedTextField(_("driver"))
    driver_phone = EncryptedTextField(_("driver's phone"))
    expected_pickup = models.DateTimeField(_("expected pickup"))
    expected_delivery = models.DateTimeField(_("expected delivery"))
    changed_at = models.DateTimeField(_("last changed"))
    changed_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    notified_at = models.DateTimeField(_("customer told"), null=True, editable=False)
    notified_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )
    notified_name = models.CharField(_("who was told"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("dispatch arrangement")
        verbose_name_plural = _("dispatch arrangements")
        constraints = [
            models.CheckConstraint(
                name="arrangement_times_in_order",
                condition=Q(expected_delivery__gt=models.F("expected_pickup")),
            ),
            models.CheckConstraint(
                name="arrangement_notified_has_person",
                condition=Q(notified_at__isnull=True, notified_by__isnull=True, notified_name="")
                | Q(notified_at__isnull=False, notified_by__isnull=False) & ~Q(notified_name=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work_order}: {self.vehicle}"
