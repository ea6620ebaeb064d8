"""Money on its way to an account of ours: deposits of stations, settlements of payment providers."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.banking.models import BankAccount, BankLine
from apps.cod.enums import PROVIDER_NUMBERS, TransitState
from apps.core.models import MoneyField
from apps.tracking.enums import CodMethod

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
T = TransitState


def seen_by_line(name: str) -> models.CheckConstraint:
    """On the bank is what a line of the bank's file says, and nothing else."""
    return models.CheckConstraint(
        name=name,
        condition=Q(state=T.SEEN, line__isnull=False, seen_at__isnull=False)
        | (Q(state__in=[T.SENT, T.VOID]) & Q(line__isnull=True, seen_at__isnull=True)),
    )


class DepositQuerySet(models.QuerySet["Deposit"]):
    def visible_to(self, user: "User") -> Self:
        units = user.visible_unit_ids()
        return self if units is None else self.filter(unit__in=units)


class Deposit(models.Model):
    """Cash that a station paid in at the bank: whole cash-ups, by one slip, which counts once for each
    account."""

    unit = models.ForeignKey(
        "accounts.Unit", models.PROTECT, related_name="deposits", verbose_name=_("station")
    )
    account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="deposits", verbose_name=_("account")
    )
    slip = models.CharField(_("slip number"), max_length=40)
    day = models.DateField(_("day"))
    amount = MoneyField(_("amount"))
    state = models.CharField(_("state"), max_length=4, choices=T, default=T.SENT)
    line = models.OneToOneField(
        BankLine, models.PROTECT, related_name="deposit", null=True, verbose_name=_("bank line")
    )
    seen_at = models.DateTimeField(_("seen on the bank"), null=True)
    made_at = models.DateTimeField(_("entered"))
    made_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    void_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = DepositQuerySet.as_manager()

    class Meta:
        verbose_name = _("cash deposit")
        verbose_name_plural = _("cash deposits")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("make_deposit", _("Can enter cash deposits"))]
        indexes = [
            models.Index(
                fields=["account", "amount"], name="deposit_expected", condition=Q(state=T.SENT)
            )
        ]
        constraints = [
            models.UniqueConstraint(
                name="deposit_slip_once", fields=["account", "slip"], condition=~Q(state=T.VOID)
            ),
            models.CheckConstraint(name="deposit_state_known", condition=Q(state__in=T.values)),
            models.CheckConstraint(name="deposit_above_zero", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="deposit_has_slip", condition=~Q(slip="")),
            models.CheckConstraint(
                name="deposit_void_says_why",
                condition=Q(state=T.VOID) & ~Q(void_reason="") | ~Q(state=T.VOID),
            ),
            seen_by_line("deposit_seen_by_line"),
        ]

    def __str__(self) -> str:
        return f"{self.slip} {self.amount}"


class QrSettlement(models.Model):
    """What a payment provider says it pays for one day: gross, its fee, and the net that arrives, a day
    later as a rule. ``expected`` is what couriers took that day through it."""

    provider = models.CharField(
        _("payment provider"),
        max_length=10,
        choices=[(one.value, one.label) for one in CodMethod if one in PROVIDER_NUMBERS],
    )
    day = models.DateField(_("day"))
    account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="qr_settlements", verbose_name=_("account")
    )
    gross = MoneyField(_("gross"))
    fee = MoneyField(_("fee"))
    net = MoneyField(_("net"))
    expected = MoneyField(_("taken at the door"))
    state = models.CharField(
        _("state"), max_length=4, choices=[(T.SENT, T.SENT.label), (T.SEEN, T.SEEN.label)],
        default=T.SENT,
    )  # fmt: skip
    line = models.OneToOneField(
        BankLine, models.PROTECT, related_name="qr_settlement", null=True,
        verbose_name=_("bank line"),
    )  # fmt: skip
    seen_at = models.DateTimeField(_("seen on the bank"), null=True)
    entered_at = models.DateTimeField(_("entered"))
    entered_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )

    class Meta:
        verbose_name = _("provider's settlement")
        verbose_name_plural = _("providers' settlements")
        ordering = ["-day", "-id"]
        default_permissions = ("view",)
        permissions = [("enter_qrsettlement", _("Can enter what payment providers settle"))]
        indexes = [
            models.Index(
                fields=["account", "net"], name="settlement_expected", condition=Q(state=T.SENT)
            )
        ]
        constraints = [
            models.UniqueConstraint(name="settlement_once", fields=["provider", "day"]),
            models.CheckConstraint(
                name="settlement_provider_known", condition=Q(provider__in=list(PROVIDER_NUMBERS))
            ),
            models.CheckConstraint(
                name="settlement_adds_up",
                condition=Q(gross__gt=0, fee__gte=0, net__gt=0, net=F("gross") - F("fee")),
            ),
            models.CheckConstraint(
                name="settlement_state_known", condition=Q(state__in=[T.SENT, T.SEEN])
            ),
            seen_by_line("settlement_seen_by_line"),
        ]

    def __str__(self) -> str:
        return f"{self.get_provider_display()} {self.day:%Y-%m-%d}"
