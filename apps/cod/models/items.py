"""Money due at the door, shipment by shipment, until the merchant has it (COD-7)."""

from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.banking.models import BankLine
from apps.cod.enums import OWED, UNPAID, ItemState
from apps.core.models import MoneyField
from apps.customers.models import Customer
from apps.tracking.enums import CodMethod
from apps.tracking.models import Courier

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
S = ItemState


class ClawBackQuerySet(models.QuerySet["ClawBack"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(item__in=CodItem.objects.visible_to(user))


class CodItemQuerySet(models.QuerySet["CodItem"]):
    def visible_to(self, user: "User") -> Self:
        """Those of the merchants and of the stations this user may see."""
        units = user.visible_unit_ids()
        if units is None:
            return self
        theirs = Q(merchant__in=Customer.objects.visible_to(user))
        return self.filter(theirs | Q(unit__in=units))

    def owed(self) -> Self:
        """What the company owes merchants."""
        return self.filter(state__in=OWED)


class CodItem(models.Model):
    """What one shipment brings its merchant. ``collected`` comes from the proof of delivery and from
    nowhere else; less than ``due`` leaves the rest short. The number of the waybill stands here, because
    money lives longer than waybills."""

    waybill_id = models.BigIntegerField(unique=True, editable=False)
    waybill = models.CharField(_("waybill"), max_length=20, unique=True)
    merchant = models.ForeignKey(
        Customer, models.PROTECT, related_name="cod_items", verbose_name=_("merchant")
    )
    issued_at = models.DateTimeField(_("issued at"))
    due = MoneyField(_("to be paid at the door"))
    collected = MoneyField(_("collected"), null=True)
    method = models.CharField(_("paid by"), max_length=10, choices=CodMethod, blank=True)
    collected_at = models.DateTimeField(_("collected at"), null=True)
    courier = models.ForeignKey(
        Courier, models.PROTECT, related_name="cod_items", null=True, verbose_name=_("courier")
    )
    unit = models.ForeignKey(
        "accounts.Unit",
        models.PROTECT,
        related_name="cod_items",
        null=True,
        verbose_name=_("station"),
    )
    state = models.CharField(_("state"), max_length=14, choices=S, default=S.DUE)
    banked_at = models.DateTimeField(_("on the bank since"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = CodItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("COD item")
        verbose_name_plural = _("COD items")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("correct_coditem", _("Can name the courier of a COD item, or claw it back"))
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="cod_item_by_state"),
            models.Index(fields=["merchant", "state", "-id"], name="cod_item_by_merchant"),
            models.Index(fields=["collected_at", "id"], name="cod_item_by_time"),
            # What the daily proof adds up, without opening the rows of what has ended.
            models.Index(
                fields=["merchant"],
                include=["state", "due", "collected"],
                name="cod_item_open",
                condition=Q(state__in=[S.DUE, *OWED]),
            ),
        ]
        constraints = [
            models.CheckConstraint(name="cod_item_state_known", condition=Q(state__in=S.values)),
            models.CheckConstraint(name="cod_item_due_above_zero", condition=Q(due__gt=0)),
            models.CheckConstraint(
                name="cod_item_collected_by_state",
                condition=Q(
                    state__in=UNPAID, collected__isnull=True, collected_at__isnull=True, method=""
                )
                | (
                    ~Q(state__in=UNPAID)
                    & Q(collected__isnull=False, collected__gt=0, collected_at__isnull=False)
                    & ~Q(method="")
                    & (~Q(method=CodMethod.CASH) | Q(courier__isnull=False, unit__isnull=False))
                ),
            ),
            models.CheckConstraint(
                name="cod_item_banked_by_state",
                condition=Q(
                    state__in=[S.BANKED, S.IN_REMITTANCE, S.REMITTED, S.CLAWED_BACK],
                    banked_at__isnull=False,
                )
                | (
                    ~Q(state__in=[S.BANKED, S.IN_REMITTANCE, S.REMITTED, S.CLAWED_BACK])
                    & Q(banked_at__isnull=True)
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.waybill


class ClawBack(models.Model):
    """Money given back to the consignee because the goods came back after all. What the merchant had
    already is carried: the next remittances take it, each as much as it has, until all is taken at
    ``taken_at``. Where the bank returns that remittance later, the merchant never had it: nothing is carried
    any more, and what was ``taken`` until then is owed to the merchant. ``line`` is the bank's line by which
    the consignee was paid."""

    item = models.OneToOneField(
        CodItem, models.PROTECT, related_name="claw_back", verbose_name=_("COD item")
    )
    merchant = models.ForeignKey(
        Customer, models.PROTECT, related_name="claw_backs", verbose_name=_("merchant")
    )
    amount = MoneyField(_("amount"))
    reason = models.CharField(_("reason"), max_length=200)
    is_carried = models.BooleanField(_("had been remitted"))
    taken = MoneyField(_("taken from remittances"), default=Decimal("0.00"))
    taken_at = models.DateTimeField(_("all of it taken"), null=True)
    line = models.OneToOneField(
        BankLine, models.PROTECT, related_name="claw_back", null=True, verbose_name=_("bank line")
    )
    paid_at = models.DateTimeField(_("seen on the bank"), null=True)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))

    objects = ClawBackQuerySet.as_manager()

    class Meta:
        verbose_name = _("claw-back")
        verbose_name_plural = _("claw-backs")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(
                fields=["merchant"],
                name="claw_back_to_take",
                condition=Q(is_carried=True, taken_at__isnull=True),
            ),
            models.Index(
                fields=["merchant"],
                name="claw_back_owed_back",
                condition=Q(is_carried=False) & ~Q(taken=0),
            ),
        ]
        constraints = [
            models.CheckConstraint(name="claw_back_above_zero", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="claw_back_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="claw_back_paid_by_line",
                condition=Q(line__isnull=True, paid_at__isnull=True)
                | Q(line__isnull=False, paid_at__isnull=False),
            ),
            models.CheckConstraint(
                name="claw_back_taken_if_carried",
                condition=Q(
                    is_carried=True, taken_at__isnull=True, taken__gte=0, taken__lt=F("amount")
                )
                | Q(is_carried=True, taken_at__isnull=False, taken=F("amount"))
                | Q(
                    is_carried=False,
                    taken_at__isnull=True,
                    taken__gte=-F("amount"),
                    taken__lte=F("amount"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.amount}"

    @property
    def rest(self) -> Decimal:
        """What remittances have yet to take; below zero what they have yet to give back."""
        return Decimal((self.amount if self.is_carried else 0) - self.taken)

    @property
    def owed_back(self) -> Decimal:
        """What remittances took of it although the merchant never had the money."""
        return max(-self.rest, Decimal("0.00"))

    @property
    def is_settled(self) -> bool:
        """The consignee has it, and neither side owes the other any of it."""
        return self.line_id is not None and self.rest == 0
