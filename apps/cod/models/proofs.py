"""The daily proof that every yuan is in exactly one state."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly
from apps.ledger.enums import AccountKind


class CodProof(AppendOnly):
    """One run of the proof: what the rows say and what the ledger says, and where they differ."""

    at = models.DateTimeField(_("when"))
    day = models.DateField(_("day"))
    accounts = models.PositiveIntegerField(_("accounts compared"))
    differences = models.PositiveIntegerField(_("differences"))
    # Sums per state, for the picture of where every yuan is.
    sums = models.JSONField(_("sums"), default=dict)

    class Meta:
        verbose_name = _("daily COD proof")
        verbose_name_plural = _("daily COD proofs")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("prove_cod", _("Can run the daily COD proof"))]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"


class CodDifference(AppendOnly):
    """An account whose balance is not what the rows add up to; with a waybill, which one of it."""

    proof = models.ForeignKey(
        CodProof, models.PROTECT, related_name="found", verbose_name=_("daily COD proof")
    )
    kind = models.CharField(_("account"), max_length=24)
    party_name = models.CharField(_("party's name"), max_length=160, blank=True)
    party_id = models.BigIntegerField(null=True)
    waybill = models.CharField(_("waybill"), max_length=20, blank=True)
    rows_total = models.DecimalField(_("rows"), max_digits=18, decimal_places=2)
    ledger_total = models.DecimalField(_("ledger"), max_digits=18, decimal_places=2)

    class Meta:
        verbose_name = _("difference of the COD proof")
        verbose_name_plural = _("differences of the COD proof")
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="cod_difference_differs", condition=~Q(rows_total=F("ledger_total"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.party_name} {self.waybill}"

    @property
    def account_label(self) -> str:
        """Differences that stations and providers leave are one kind of account in the ledger."""
        is_pending = self.kind.startswith("pending_")
        return str(
            (AccountKind.PENDING_DIFFERENCES if is_pending else AccountKind(self.kind)).label
        )
