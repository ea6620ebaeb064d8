"""Money of claims: what is paid out, and what is recovered from whoever answers for it (CMP-6)."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Unit
from apps.banking.models import Payout
from apps.claims.enums import Against, PaymentState, PayWay, RecoveryState
from apps.claims.models.claims import Claim
from apps.core.crypto import EncryptedTextField
from apps.core.models import MoneyField
from apps.quality.models import ExceptionReport
from apps.tracking.models import PartnerCarrier

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
P = PaymentState
R = RecoveryState


class ClaimPayment(models.Model):
    """One payment for a claim, by two people except on the spot. What is planned counts against what is approved
    until it fails: a trigger, under the claim's row lock, keeps the sum within it. A transfer is a payout of
    banking, whose two approvals release it; a set-off is a line of the customer's statement."""

    claim = models.ForeignKey(
        Claim, models.PROTECT, related_name="payments", verbose_name=_("claim")
    )
    key = models.UUIDField(unique=True, editable=False)
    way = models.CharField(_("way of payment"), max_length=8, choices=PayWay.choices)
    amount = MoneyField(_("amount"))
    state = models.CharField(_("state"), max_length=8, choices=P.choices, default=P.PLANNED)
    received_by = EncryptedTextField(_("who receives it"), blank=True, default="")
    payout = models.ForeignKey(
        Payout,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("payout"),
    )
    planned_at = models.DateTimeField(_("planned"))
    planned_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", verbose_name=_("planned by")
    )
    released_at = models.DateTimeField(_("released"), null=True)
    released_by = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="+", verbose_name=_("released by")
    )
    paid_at = models.DateTimeField(_("claim paid at"), null=True)
    failed_at = models.DateTimeField(_("called off"), null=True)
    failed_by = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="+", verbose_name=_("called off by")
    )
    failed_why = models.CharField(_("why called off"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("payment of a claim")
        verbose_name_plural = _("payments of claims")
        ordering = ["claim", "id"]
        default_permissions = ()
        indexes = [models.Index(fields=["paid_at"], name="claim_payment_by_payment")]
        constraints = [
            models.CheckConstraint(name="claim_payment_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="claim_payment_known",
                condition=Q(way__in=PayWay.values, state__in=P.values),
            ),
            models.CheckConstraint(
                name="claim_payment_by_two",
                condition=Q(released_by=None)
                | Q(way=PayWay.SPOT)
                | ~Q(released_by=F("planned_by")),
            ),
            models.CheckConstraint(
                name="claim_payment_release_agrees",
                condition=Q(state=P.PLANNED, released_at=None, released_by=None)
                | Q(state=P.FAILED)
                | Q(
                    state__in=[P.RELEASED, P.PAID],
                    released_at__isnull=False,
                    released_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="claim_payment_paid_agrees",
                condition=~Q(state=P.PAID) | Q(paid_at__isnull=False),
            ),
            models.CheckConstraint(
                name="claim_payment_failed_says_why",
                condition=Q(state=P.FAILED, failed_at__isnull=False) & ~Q(failed_why="")
                | ~Q(state=P.FAILED) & Q(failed_at=None, failed_why=""),
            ),
            models.CheckConstraint(
                name="claim_payment_transfer_by_payout",
                condition=Q(way=PayWay.TRANSFER) | Q(payout=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim} · {self.get_way_display()} · {self.amount}"

    @property
    def customer_id(self) -> int | None:
        """Whose payout account alone may be paid (``banking.draft_payout`` asks)."""
        return self.claim.customer_id

    @property
    def private_payee_of(self) -> tuple[str, str] | None:
        """For what a private claimant named their account; None for a customer's claim (banking asks)."""
        if self.claim.customer_id is not None:
            return None
        return Claim._meta.label_lower, str(self.claim_id)


class RecoveryQuerySet(models.QuerySet["Recovery"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(claim__in=Claim.objects.visible_to(user))


class Recovery(models.Model):
    """What we ask back for a claim: from a partner, unit or insurer by a clause, or from a person by QC's decision
    of the exception. Amounts are in yuan: received is at most agreed, agreed at most asked."""

    claim = models.ForeignKey(
        Claim, models.PROTECT, related_name="recoveries", verbose_name=_("claim")
    )
    against = models.CharField(_("recovered from"), max_length=8, choices=Against.choices)
    carrier = models.ForeignKey(
        PartnerCarrier,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="claim_recoveries",
        verbose_name=_("partner carrier"),
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    insurer = models.CharField(_("insurer"), max_length=120, blank=True)
    person = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    exception = models.ForeignKey(
        ExceptionReport,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("exception report"),
    )
    basis = models.CharField(_("clause or decision"), max_length=300)
    state = models.CharField(_("state"), max_length=8, choices=R.choices, default=R.ASKED)
    asked = MoneyField(_("sum asked"))
    agreed = MoneyField(_("agreed"), null=True)
    received = MoneyField(_("received"), null=True)
    asked_at = models.DateTimeField(_("asked on"))
    asked_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    agreed_at = models.DateTimeField(_("agreed on"), null=True)
    agreed_by = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="+", verbose_name=_("agreement entered by")
    )
    received_at = models.DateTimeField(_("received on"), null=True)
    received_by = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="+", verbose_name=_("receipt entered by")
    )
    dropped_at = models.DateTimeField(_("dropped on"), null=True)
    dropped_by = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="+", verbose_name=_("dropped by")
    )
    dropped_why = models.CharField(_("why dropped"), max_length=200, blank=True)

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("recovery")
        verbose_name_plural = _("recoveries of claims")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["carrier", "-id"], name="recovery_by_carrier")]
        constraints = [
            models.CheckConstraint(
                name="recovery_amounts",
                condition=Q(asked__gt=0)
                & (Q(agreed=None) | Q(agreed__gt=0, agreed__lte=F("asked")))
                & (Q(received=None) | Q(received__gt=0, received__lte=F("agreed"))),
            ),
            models.CheckConstraint(
                name="recovery_from_one",
                condition=Q(against=Against.PARTNER, carrier__isnull=False, unit=None)
                & Q(person=None, insurer="")
                | Q(against=Against.UNIT, unit__isnull=False, carrier=None)
                & Q(person=None, insurer="")
                | Q(against=Against.INSURER, unit=None, carrier=None, person=None) & ~Q(insurer="")
                | Q(against=Against.PERSON, person__isnull=False, exception__isnull=False)
                & Q(unit=None, carrier=None, insurer=""),
            ),
            models.CheckConstraint(name="recovery_on_grounds", condition=~Q(basis="")),
            models.CheckConstraint(
                name="recovery_state_agrees",
                condition=Q(state=R.ASKED, agreed_at=None, received_at=None)
                | Q(state=R.AGREED, agreed__isnull=False, agreed_at__isnull=False, received=None)
                | Q(state=R.RECEIVED, received__isnull=False, received_at__isnull=False)
                | Q(state=R.DROPPED, dropped_at__isnull=False) & ~Q(dropped_why=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim} · {self.get_against_display()} · {self.asked}"

    @property
    def whom(self) -> str:
        return str(self.carrier or self.unit or self.person or self.insurer)
