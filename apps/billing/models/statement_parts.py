"""What belongs to a statement: its totals by kind and tax class, and what stands in its way (BIL-2, BIL-3)."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.billing.enums import BlockerKind, ChargeKind
from apps.billing.models.fields import amount

if TYPE_CHECKING:
    pass
from apps.billing.models.statements import Statement

USER = settings.AUTH_USER_MODEL


class StatementTotal(models.Model):
    """The sum of a frozen statement's charges of one kind and tax class. Sheets, prints and invoices
    read it; opening the statement again takes it away. Its keys are those of the charges that it sums,
    which are append-only and hold them: the database checks them there (docs/adr/0035)."""

    statement = models.ForeignKey(
        Statement, models.PROTECT, related_name="totals", db_index=False, db_constraint=False
    )
    kind = models.CharField(_("kind"), max_length=12, choices=ChargeKind)
    tax_class = models.ForeignKey(
        "pricing.TaxClass",
        models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("tax class"),
    )
    n = models.PositiveIntegerField(_("lines"))
    gross = amount(_("amount"))

    class Meta:
        verbose_name = _("total of a statement")
        verbose_name_plural = _("totals of statements")
        default_permissions = ()
        ordering = ["kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "kind", "tax_class"], name="statement_total_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.kind}"


class Blocker(models.Model):
    """Something that could make the customer refuse to pay (BIL-3). It goes by itself once its cause
    is gone, or is waived with a reason."""

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="blockers")
    kind = models.CharField(_("kind"), max_length=10, choices=BlockerKind)
    subject_id = models.BigIntegerField()
    label = models.CharField(_("what"), max_length=160)
    found_at = models.DateTimeField(_("found"))
    waived_at = models.DateTimeField(_("waived"), null=True)
    waived_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)
    waived_reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("blocker")
        verbose_name_plural = _("blockers")
        default_permissions = ()
        ordering = ["kind", "subject_id"]
        permissions = [("waive_blocker", _("Can waive what stands in a statement's way"))]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "kind", "subject_id"], name="blocker_once"
            ),
            models.CheckConstraint(
                name="blocker_kind_known", condition=Q(kind__in=BlockerKind.values)
            ),
            models.CheckConstraint(
                name="blocker_waived_with_reason",
                condition=Q(waived_at__isnull=True, waived_by__isnull=True, waived_reason="")
                | (Q(waived_at__isnull=False, waived_by__isnull=False) & ~Q(waived_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return self.label
