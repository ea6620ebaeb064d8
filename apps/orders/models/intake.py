"""Spreadsheets of orders as they came in, and what became of each row (ORD-1)."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import Stamped
from apps.customers.models import Customer
from apps.orders.enums import IntakeOutcome


def intake_path(intake: "IntakeFile", filename: str) -> str:
    suffix = filename.rsplit(".", 1)[-1].lower()[:8] if "." in filename else "bin"
    return f"orders/intake/{intake.received_on:%Y/%m/%d}/{uuid4().hex}.{suffix}"


class IntakeFile(Stamped):
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="intake_files", verbose_name=_("customer")
    )
    file = models.FileField(_("original file"), upload_to=intake_path, max_length=120)
    filename = models.CharField(_("file name"), max_length=160)
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    size = models.PositiveIntegerField(_("size, bytes"))
    received_on = models.DateField(_("day received"))
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_created = models.PositiveIntegerField(_("taken in"), default=0)
    rows_repeated = models.PositiveIntegerField(_("already known"), default=0)
    rows_refused = models.PositiveIntegerField(_("refused"), default=0)

    class Meta:
        verbose_name = _("order file")
        verbose_name_plural = _("order files")
        ordering = ["-created_at", "-id"]
        permissions = [("upload_intakefile", _("Can take in spreadsheets of orders"))]
        constraints = [
            models.UniqueConstraint(fields=["customer", "sha256"], name="intake_file_once"),
            models.CheckConstraint(
                name="intake_rows_tie",
                condition=Q(rows_total=F("rows_created") + F("rows_repeated") + F("rows_refused")),
            ),
        ]

    def __str__(self) -> str:
        return self.filename


class IntakeRow(models.Model):
    """One row of the file; ``message`` says why it was refused, in the uploader's language."""

    intake = models.ForeignKey(IntakeFile, models.CASCADE, related_name="rows")
    row = models.PositiveIntegerField(_("row"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=IntakeOutcome.choices)
    code = models.CharField(_("code"), max_length=40, blank=True)
    message = models.CharField(_("message"), max_length=400, blank=True)
    reference = models.CharField(_("customer's reference"), max_length=64, blank=True)
    work_order = models.ForeignKey(
        "WorkOrder", models.PROTECT, related_name="intake_rows", null=True, blank=True
    )

    class Meta:
        verbose_name = _("row of an order file")
        verbose_name_plural = _("rows of an order file")
        ordering = ["row"]
        constraints = [
            models.UniqueConstraint(fields=["intake", "row"], name="intake_row_once"),
            models.CheckConstraint(
                name="intake_row_outcome_agrees",
                condition=Q(outcome=IntakeOutcome.REFUSED, work_order__isnull=True)
                | Q(outcome=IntakeOutcome.CREATED, work_order__isnull=False)
                | Q(outcome=IntakeOutcome.REPEATED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.intake_id}:{self.row}"

    @property
    def result(self) -> IntakeOutcome:
        return IntakeOutcome(self.outcome)
