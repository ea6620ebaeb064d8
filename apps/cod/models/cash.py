"""A courier's day in money: what was taken, declared, and counted by somebody else (COD-7)."""

from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.cod.enums import CashUpState, TakingKind
from apps.cod.models.items import CodItem
from apps.cod.models.transits import Deposit, QrSettlement
from apps.core.models import MoneyField
from apps.customers.models import Customer
from apps.tracking.enums import CodMethod
from apps.tracking.models import Courier

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
C = CashUpState
HANDED_IN = (C.COUNTED, C.CLOSED)


class CashUpQuerySet(models.QuerySet["CashUp"]):
    def visible_to(self, user: "User") -> Self:
        units = user.visible_unit_ids()
        return self if units is None else self.filter(unit__in=units)


class CashUp(models.Model):
    """The cash of one courier and day. ``expected`` is what the takings add up to, fixed when it is
    declared; what is short of it when it is counted is the courier's debt, what is over stays a
    difference to be cleared up. ``counts`` says how often it was counted."""

    courier = models.ForeignKey(
        Courier, models.PROTECT, related_name="cash_ups", verbose_name=_("courier")
    )
    day = models.DateField(_("day"))
    unit = models.ForeignKey(
        "accounts.Unit", models.PROTECT, related_name="cash_ups", verbose_name=_("station")
    )
    state = models.CharField(_("state"), max_length=8, choices=C, default=C.OPEN)
    expected = MoneyField(_("should be"), null=True)
    declared = MoneyField(_("declared"), null=True)
    declared_at = models.DateTimeField(_("declared at"), null=True)
    declared_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, verbose_name=_("declared by")
    )
    counted = MoneyField(_("cash counted"), null=True)
    counted_at = models.DateTimeField(_("counted at"), null=True)
    counted_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, verbose_name=_("counted by")
    )
    counts = models.PositiveSmallIntegerField(_("times counted"), default=0)
    denominations = models.JSONField(_("notes and coins"), null=True)
    explanation = models.CharField(_("explanation"), max_length=200, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, verbose_name=_("closed by")
    )
    deposit = models.ForeignKey(
        Deposit, models.PROTECT, related_name="cash_ups", null=True, verbose_name=_("cash deposit")
    )
    opened_at = models.DateTimeField(_("opened"))

    objects = CashUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("cash-up")
        verbose_name_plural = _("cash-ups")
        ordering = ["-day", "courier"]
        default_permissions = ("view",)
        permissions = [
            ("declare_cashup", _("Can declare a courier's cash")),
            ("count_cashup", _("Can count a courier's cash")),
        ]
        indexes = [
            models.Index(fields=["state", "-day", "-id"], name="cash_up_by_state"),
            models.Index(
                fields=["unit"],
                name="cash_up_at_station",
                condition=Q(state__in=HANDED_IN, deposit__isnull=True),
            ),
            models.Index(
                fields=["courier"], name="cash_up_differs", condition=~Q(counted=F("expected"))
            ),
        ]
        constraints = [
            models.UniqueConstraint(name="cash_up_once", fields=["courier", "day"]),
            models.CheckConstraint(name="cash_up_state_known", condition=Q(state__in=C.values)),
            models.CheckConstraint(
                name="cash_up_declared_by_state",
                condition=Q(
                    state=C.OPEN,
                    expected__isnull=True,
                    declared__isnull=True,
                    declared_at__isnull=True,
                    declared_by__isnull=True,
                )
                | (
                    ~Q(state=C.OPEN)
                    & Q(expected__isnull=False, declared__isnull=False, declared__gte=0)
                    & Q(declared_at__isnull=False)
                    & Q(declared_by__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="cash_up_counted_by_state",
                condition=Q(
                    state__in=[C.OPEN, C.DECLARED],
                    counted__isnull=True,
                    counted_at__isnull=True,
                    counted_by__isnull=True,
                    deposit__isnull=True,
                )
                | Q(
                    state__in=HANDED_IN,
                    counted__isnull=False,
                    counted__gte=0,
                    counted_at__isnull=False,
                    counted_by__isnull=False,
                    counts__gt=0,
                ),
            ),
            models.CheckConstraint(
                name="cash_up_closed_by_state",
                condition=Q(state=C.CLOSED, closed_at__isnull=False, closed_by__isnull=False)
                & (Q(counted=F("expected")) | ~Q(explanation=""))
                | (
                    ~Q(state=C.CLOSED)
                    & Q(closed_at__isnull=True, closed_by__isnull=True, explanation="")
                ),
            ),
            models.CheckConstraint(
                name="cash_up_counted_differs",
                condition=~Q(state=C.COUNTED) | ~Q(counted=F("expected")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.courier} {self.day:%Y-%m-%d}"

    @property
    def difference(self) -> Decimal | None:
        """Above zero: more than expected. None while nobody has counted."""
        if self.counted is None or self.expected is None:
            return None
        return Decimal(self.counted - self.expected)


class Taking(models.Model):
    """Money taken at the door. Cash is part of a courier's cash-up from birth, what went through a
    payment provider waits for its settlement. Below zero: a proof of delivery was corrected. Written
    once, but for the settlement."""

    kind = models.CharField(_("kind"), max_length=16, choices=TakingKind)
    source = models.CharField(_("source"), max_length=60, unique=True, editable=False)
    item = models.ForeignKey(
        CodItem, models.PROTECT, related_name="takings", null=True, verbose_name=_("COD item")
    )
    waybill = models.CharField(_("waybill"), max_length=20, blank=True)
    method = models.CharField(_("paid by"), max_length=10, choices=CodMethod)
    amount = MoneyField(_("amount"))
    courier = models.ForeignKey(
        Courier, models.PROTECT, related_name="takings", null=True, verbose_name=_("courier")
    )
    day = models.DateField(_("day"))
    taken_at = models.DateTimeField(_("taken at"))
    cash_up = models.ForeignKey(
        CashUp, models.PROTECT, related_name="takings", null=True, verbose_name=_("cash-up")
    )
    settlement = models.ForeignKey(
        QrSettlement,
        models.PROTECT,
        related_name="takings",
        null=True,
        verbose_name=_("provider's settlement"),
    )
    # The station whose statement carries the freight.
    station = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+", null=True)
    # … or the payer whose statement does, where no station's carries it.
    payer = models.ForeignKey(Customer, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("money taken at the door")
        verbose_name_plural = _("money taken at the door")
        ordering = ["id"]
        default_permissions = ("view",)
        permissions = [("take_freight", _("Can enter freight taken at the door"))]
        indexes = [
            models.Index(
                fields=["method", "day"],
                name="taking_to_settle",
                condition=Q(settlement__isnull=True, cash_up__isnull=True),
            ),
            models.Index(
                fields=["courier"], name="taking_repaid", condition=Q(kind=TakingKind.REPAID)
            ),
            models.Index(fields=["waybill"], name="taking_by_waybill", condition=~Q(waybill="")),
        ]
        constraints = [
            models.CheckConstraint(name="taking_not_zero", condition=~Q(amount=0)),
            models.CheckConstraint(
                name="taking_kind_known", condition=Q(kind__in=TakingKind.values)
            ),
            models.CheckConstraint(
                name="taking_cash_is_cashed_up",
                condition=Q(
                    method=CodMethod.CASH,
                    courier__isnull=False,
                    cash_up__isnull=False,
                    settlement__isnull=True,
                )
                | (~Q(method=CodMethod.CASH) & Q(cash_up__isnull=True)),
            ),
            models.CheckConstraint(
                name="taking_of_its_kind",
                condition=Q(kind=TakingKind.COD, item__isnull=False, station__isnull=True)
                & Q(payer__isnull=True)
                & ~Q(waybill="")
                | Q(
                    Q(station__isnull=False, payer__isnull=True)
                    | Q(station__isnull=True, payer__isnull=False),
                    kind__in=[TakingKind.FREIGHT_COLLECT, TakingKind.CASH_FREIGHT],
                    item__isnull=True,
                )
                & ~Q(waybill="")
                | Q(
                    kind=TakingKind.REPAID,
                    item__isnull=True,
                    station__isnull=True,
                    payer__isnull=True,
                    waybill="",
                    amount__gt=0,
                    method=CodMethod.CASH,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.waybill} {self.amount}"
