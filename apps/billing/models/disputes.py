"""A line that the customer does not agree to, and what is said about it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.billing.enums import DisputeReason, DisputeState
from apps.billing.models.charges import Charge
from apps.billing.models.fields import amount
from apps.billing.models.statements import Statement
from apps.core.crypto import EncryptedTextField
from apps.core.models import AppendOnly


class Dispute(models.Model):
    """One open dispute a charge; what is not disputed stays payable. ``charged`` is the size of the
    charge when it was disputed. It ends in an adjustment or in a refusal with its reason."""

    charge = models.ForeignKey(Charge, models.PROTECT, related_name="disputes")
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="disputes")
    why = models.CharField(_("why"), max_length=14, choices=DisputeReason)
    charged = amount(_("charged"))
    amount = amount(_("disputed amount"))
    state = models.CharField(
        _("state"), max_length=10, choices=DisputeState, default=DisputeState.OPEN
    )
    raised_at = models.DateTimeField(_("raised"))
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_customer = models.BooleanField(_("by the customer's link"), default=False)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    adjustment = models.OneToOneField(
        Charge, models.PROTECT, related_name="settles_dispute", null=True
    )

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["-raised_at", "-id"]
        permissions = [("decide_dispute", _("Can accept and refuse disputed charges"))]
        indexes = [
            models.Index(
                fields=["statement"],
                name="dispute_open",
                condition=Q(state=DisputeState.OPEN),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["charge"],
                name="dispute_one_open",
                condition=Q(state=DisputeState.OPEN),
            ),
            models.CheckConstraint(
                name="dispute_within_charge",
                condition=Q(amount__gt=0) & Q(amount__lte=F("charged")),
            ),
            models.CheckConstraint(
                name="dispute_state_known", condition=Q(state__in=DisputeState.values)
            ),
            models.CheckConstraint(
                name="dispute_why_known", condition=Q(why__in=DisputeReason.values)
            ),
            models.CheckConstraint(
                name="dispute_decided_agrees",
                condition=Q(
                    state=DisputeState.OPEN, decided_at__isnull=True, decided_by__isnull=True
                )
                | (
                    ~Q(state=DisputeState.OPEN)
                    & Q(decided_at__isnull=False, decided_by__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="dispute_accepted_adjusts",
                condition=Q(state=DisputeState.ACCEPTED, adjustment__isnull=False)
                | (~Q(state=DisputeState.ACCEPTED) & Q(adjustment__isnull=True)),
            ),
            models.CheckConstraint(
                name="dispute_refused_with_reason",
                condition=~Q(state=DisputeState.REFUSED) | ~Q(answer=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.charge} · {self.get_why_display()}"


class DisputeEntry(AppendOnly):
    """One thing that was said, by the customer or by us."""

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="entries")
    text = EncryptedTextField(_("text"))
    by_customer = models.BooleanField(default=False)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("word in a dispute")
        verbose_name_plural = _("words in disputes")
        default_permissions = ()
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.at:%Y-%m-%d %H:%M}"
