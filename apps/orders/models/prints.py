"""Every sheet of paper that was printed for an order (ORD-4)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly
from apps.orders.enums import PrintKind
from apps.orders.models.work_order import WorkOrder


class PrintRecord(AppendOnly):
    """``copy`` counts the prints of one kind for one order from 1; a reprint has a reason."""

    work_order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="prints")
    kind = models.CharField(_("what"), max_length=12, choices=PrintKind.choices)
    copy = models.PositiveIntegerField(_("copy"))
    printed_at = models.DateTimeField(_("printed"))
    printed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    reason = models.CharField(_("reason for the reprint"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("print")
        verbose_name_plural = _("prints")
        ordering = ["-printed_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["work_order", "kind", "copy"], name="print_copy_once"),
            models.CheckConstraint(
                name="print_reprint_has_reason",
                condition=Q(copy=1) | Q(copy__gt=1) & ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work_order} {self.kind} {self.copy}"
