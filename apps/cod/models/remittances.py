"""What merchants are remitted, row by row (COD-7)."""

from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.backoffice.models import ApprovalRequest
from apps.banking.models import BankAccount, PayeeAccount, Payout
from apps.billing.models import Statement
from apps.cod.enums import (
    BEFORE_RELEASE,
    GONE_OUT,
    STANDING,
    HoldReason,
    RemittanceState,
    RowKind,
)
from apps.cod.models.items import ClawBack, CodItem
from apps.cod.models.remittance_terms import RemittanceTerms
from apps.core.models import MoneyField
from apps.customers.models import Customer

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
S = RemittanceState
K = RowKind


class RemittanceQuerySet(models.QuerySet["Remittance"]):
    def visible_to(self, user: "User") -> Self:
        """Those of the merchants this user may see."""
        return self.filter(merchant__in=Customer.objects.visible_to(user))

    def gone_out(self) -> Self:
        """Released at least: what a merchant is told of."""
        return self.filter(state__in=GONE_OUT)


class Remittance(models.Model):
    """What one merchant gets on one day of its cycle: ``amount`` is what is collected in it, or paid ahead
    of the bank by a policy of the merchant's (one of its own on a day), less fees, claw-backs and what is set against statements. Two people release it; its payout says what became of
    it. The whole of it may be set off, and then nothing is paid out. ``claw_backs`` is below zero where it
    gives back what earlier ones took too much."""

    number = models.CharField(_("number"), max_length=24, unique=True, editable=False)
    merchant = models.ForeignKey(
        Customer, models.PROTECT, related_name="remittances", verbose_name=_("merchant")
    )
    terms = models.ForeignKey(RemittanceTerms, models.PROTECT, related_name="remittances")
    day = models.DateField(_("day"))
    until = models.DateField(_("money on the bank until"))
    count = models.PositiveIntegerField(_("shipments"))
    collected = MoneyField(_("collected"))
    advanced = MoneyField(_("paid ahead of the bank"), default=Decimal("0.00"))
    fees = MoneyField(_("COD fees"))
    claw_backs = MoneyField(_("claw-backs"))
    offset = MoneyField(_("set against statements"))
    amount = MoneyField(_("amount"))
    state = models.CharField(_("state"), max_length=10, choices=S)
    hold_reason = models.CharField(_("held because"), max_length=10, choices=HoldReason, blank=True)
    account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="remittances", verbose_name=_("paid from")
    )
    payee = models.ForeignKey(
        PayeeAccount,
        models.PROTECT,
        related_name="remittances",
        null=True,
        verbose_name=_("payout account"),
    )
    prepared_at = models.DateTimeField(_("prepared"))
    prepared_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", verbose_name=_("prepared by")
    )
    approval = models.ForeignKey(
        ApprovalRequest, models.PROTECT, related_name="+", null=True, verbose_name=_("approved by")
    )
    payout = models.OneToOneField(
        Payout, models.PROTECT, related_name="remittance", null=True, verbose_name=_("payout")
    )
    released_at = models.DateTimeField(_("released"), null=True)
    paid_at = models.DateTimeField(_("with the merchant since"), null=True)
    ended_at = models.DateTimeField(_("returned or withdrawn"), null=True)
    end_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = RemittanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("remittance")
        verbose_name_plural = _("remittances")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("prepare_remittance", _("Can prepare remittances and ask for their release")),
            ("release_remittance", _("Can release remittances")),
            ("export_remittance", _("Can download settlement reports")),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="remittance_by_state"),
            models.Index(fields=["merchant", "-id"], name="remittance_by_merchant"),
            models.Index(fields=["-day", "-id"], name="remittance_by_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="remittance_once",
                fields=["merchant", "day"],
                condition=Q(state__in=STANDING, advanced=0),
            ),
            models.UniqueConstraint(
                name="remittance_ahead_once",
                fields=["merchant", "day"],
                condition=Q(state__in=STANDING, advanced__gt=0),
            ),
            models.CheckConstraint(name="remittance_state_known", condition=Q(state__in=S.values)),
            models.CheckConstraint(
                name="remittance_adds_up",
                condition=Q(fees__gte=0, offset__gte=0, amount__gte=0)
                & (
                    Q(count__gt=0, collected__gt=0, advanced=0)
                    | Q(count__gt=0, collected=0, advanced__gt=0)
                    | Q(count=0, collected=0, advanced=0, claw_backs__lt=0)
                )
                & Q(
                    amount=F("collected")
                    + F("advanced")
                    - F("fees")
                    - F("claw_backs")
                    - F("offset")
                ),
            ),
            models.CheckConstraint(
                name="remittance_held_says_why",
                condition=Q(state=S.HELD) & ~Q(hold_reason="")
                | ~Q(state=S.HELD) & Q(hold_reason=""),
            ),
            models.CheckConstraint(
                name="remittance_has_payee",
                condition=Q(amount=0) | Q(payee__isnull=False) | Q(state__in=[S.HELD, S.WITHDRAWN]),
            ),
            models.CheckConstraint(
                name="remittance_released_agrees",
                condition=Q(
                    state__in=[*BEFORE_RELEASE, S.WITHDRAWN],
                    approval__isnull=True,
                    payout__isnull=True,
                    released_at__isnull=True,
                )
                | Q(
                    Q(amount=0, payout__isnull=True) | Q(amount__gt=0, payout__isnull=False),
                    state__in=GONE_OUT,
                    approval__isnull=False,
                    released_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="remittance_paid_agrees",
                condition=Q(state=S.PAID, paid_at__isnull=False)
                | Q(state=S.RETURNED)
                | (~Q(state__in=[S.PAID, S.RETURNED]) & Q(paid_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="remittance_ended_says_why",
                condition=Q(state__in=[S.RETURNED, S.WITHDRAWN], ended_at__isnull=False)
                & ~Q(end_reason="")
                | (
                    ~Q(state__in=[S.RETURNED, S.WITHDRAWN])
                    & Q(ended_at__isnull=True, end_reason="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RemittanceRow(models.Model):
    """A line of a remittance; all of them sum to zero. It stands until the remittance is withdrawn or
    comes back: then its item or claw-back can be in another one. What was paid ahead of the bank is open
    until the money is seen there, ``cleared_at``."""

    remittance = models.ForeignKey(
        Remittance, models.PROTECT, related_name="rows", verbose_name=_("remittance")
    )
    n = models.PositiveIntegerField(_("line"))
    kind = models.CharField(_("kind"), max_length=10, choices=K)
    amount = MoneyField(_("amount"))
    text = models.CharField(_("waybill or statement"), max_length=40, blank=True)
    item = models.ForeignKey(
        CodItem,
        models.PROTECT,
        related_name="remittance_rows",
        null=True,
        verbose_name=_("COD item"),
    )
    claw_back = models.ForeignKey(
        ClawBack, models.PROTECT, related_name="rows", null=True, verbose_name=_("claw-back")
    )
    statement = models.ForeignKey(
        Statement,
        models.PROTECT,
        related_name="remittance_rows",
        null=True,
        verbose_name=_("statement"),
    )
    stands = models.BooleanField(_("stands"), default=True)
    cleared_at = models.DateTimeField(_("seen on the bank"), null=True)

    class Meta:
        verbose_name = _("line of a remittance")
        verbose_name_plural = _("lines of remittances")
        ordering = ["n"]
        default_permissions = ("view",)
        indexes = [
            models.Index(
                fields=["statement"],
                name="remittance_row_settles",
                condition=Q(statement__isnull=False, stands=True),
            ),
            models.Index(
                fields=["item"],
                name="remittance_row_ahead",
                condition=Q(kind=K.ADVANCE, stands=True, cleared_at__isnull=True),
            ),
            models.Index(
                fields=["claw_back"],
                name="remittance_row_claws_back",
                condition=Q(kind=K.CLAW_BACK, stands=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(name="remittance_row_once", fields=["remittance", "n"]),
            models.UniqueConstraint(
                name="remittance_item_once",
                fields=["item"],
                condition=Q(kind__in=[K.ITEM, K.ADVANCE], stands=True),
            ),
            models.UniqueConstraint(
                name="remittance_fee_once",
                fields=["item", "statement"],
                condition=Q(kind=K.FEE, stands=True),
            ),
            models.UniqueConstraint(
                name="remittance_claw_back_once",
                fields=["remittance", "claw_back"],
                condition=Q(kind=K.CLAW_BACK),
            ),
            models.CheckConstraint(
                name="remittance_row_ahead_clears",
                condition=Q(cleared_at__isnull=True) | Q(kind=K.ADVANCE),
            ),
            models.CheckConstraint(
                name="remittance_row_of_its_kind",
                condition=Q(
                    kind__in=[K.ITEM, K.ADVANCE],
                    amount__gt=0,
                    item__isnull=False,
                    claw_back__isnull=True,
                    statement__isnull=True,
                )
                | Q(
                    kind=K.FEE,
                    amount__lt=0,
                    item__isnull=False,
                    claw_back__isnull=True,
                    statement__isnull=False,
                )
                | Q(
                    ~Q(amount=0),
                    kind=K.CLAW_BACK,
                    item__isnull=True,
                    claw_back__isnull=False,
                    statement__isnull=True,
                )
                | Q(
                    kind=K.OFFSET,
                    amount__lt=0,
                    item__isnull=True,
                    claw_back__isnull=True,
                    statement__isnull=False,
                )
                | Q(
                    kind=K.PAYOUT,
                    amount__lt=0,
                    item__isnull=True,
                    claw_back__isnull=True,
                    statement__isnull=True,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.text} {self.amount}"
