"""What two people decide about money at the door (COD-7)."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.cod.enums import DecisionKind, DecisionState
from apps.cod.models.items import CodItem
from apps.core.models import MoneyField
from apps.tracking.models import Courier

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
SUBJECTS = ("item", "courier", "cash_up", "settlement")


def _of(subject: str) -> Q:
    """About this one and neither of the others."""
    return Q(**{f"{name}__isnull": name != subject for name in SUBJECTS})


class CodDecisionQuerySet(models.QuerySet["CodDecision"]):
    def visible_to(self, user: "User") -> Self:
        units = user.visible_unit_ids()
        if units is None:
            return self
        items = CodItem.objects.visible_to(user)
        at_units = Q(courier__unit__in=units) | Q(cash_up__unit__in=units)
        return self.filter(Q(item__in=items) | at_units)


class CodDecision(models.Model):
    """A wish that two people approve (backoffice's approvals): another amount at the door, an amount due
    written off, a courier's debt waived, what a closed cash-up was over kept as income, by what a provider
    settled another sum than was taken. ``before`` is what stood when it was asked for."""

    kind = models.CharField(_("what"), max_length=10, choices=DecisionKind)
    item = models.ForeignKey(
        CodItem, models.PROTECT, related_name="decisions", null=True, verbose_name=_("COD item")
    )
    courier = models.ForeignKey(
        Courier, models.PROTECT, related_name="decisions", null=True, verbose_name=_("courier")
    )
    cash_up = models.ForeignKey(
        "cod.CashUp",
        models.PROTECT,
        related_name="decisions",
        null=True,
        verbose_name=_("cash-up"),
    )
    settlement = models.ForeignKey(
        "cod.QrSettlement",
        models.PROTECT,
        related_name="decisions",
        null=True,
        verbose_name=_("provider's settlement"),
    )
    before = MoneyField(_("amount then"))
    amount = MoneyField(_("amount"))
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(
        _("state"), max_length=8, choices=DecisionState, default=DecisionState.ASKED
    )
    asked_at = models.DateTimeField(_("asked for"))
    asked_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    closed_at = models.DateTimeField(_("ended"), null=True)
    closed_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)

    objects = CodDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("COD decision")
        verbose_name_plural = _("COD decisions")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("ask_coddecision", _("Can ask for another COD amount or a write-off")),
            ("decide_coddecision", _("Can approve another COD amount or a write-off")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["item"],
                name="cod_decision_one_of_item_waits",
                condition=Q(state=DecisionState.ASKED),
            ),
            models.UniqueConstraint(
                fields=["courier"],
                name="cod_decision_one_of_courier_waits",
                condition=Q(state=DecisionState.ASKED),
            ),
            models.UniqueConstraint(
                fields=["cash_up"],
                name="cod_decision_one_of_cash_up",
                condition=Q(state__in=[DecisionState.ASKED, DecisionState.DONE]),
            ),
            models.UniqueConstraint(
                fields=["settlement"],
                name="cod_decision_one_of_settlement",
                condition=Q(state__in=[DecisionState.ASKED, DecisionState.DONE]),
            ),
            models.CheckConstraint(
                name="cod_decision_state_known", condition=Q(state__in=DecisionState.values)
            ),
            models.CheckConstraint(name="cod_decision_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="cod_decision_above_zero", condition=Q(amount__gt=0, before__gt=0)
            ),
            models.CheckConstraint(
                name="cod_decision_of_one_thing",
                condition=Q(_of("item"), ~Q(amount=F("before")), kind=DecisionKind.CHANGE)
                | Q(_of("item"), kind=DecisionKind.WRITE_OFF, amount=F("before"))
                | Q(_of("courier"), kind=DecisionKind.WAIVER, amount__lte=F("before"))
                | Q(_of("cash_up"), kind=DecisionKind.OVERAGE, amount=F("before"))
                | Q(_of("settlement"), kind=DecisionKind.DIFFERENCE, amount=F("before")),
            ),
            models.CheckConstraint(
                name="cod_decision_ended_agrees",
                condition=Q(
                    state=DecisionState.ASKED, closed_at__isnull=True, closed_by__isnull=True
                )
                | (
                    ~Q(state=DecisionState.ASKED)
                    & Q(closed_at__isnull=False, closed_by__isnull=False)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.about} {self.amount}"

    @property
    def about(self) -> "models.Model | None":
        """What it is about: exactly one of the four."""
        return self.item or self.courier or self.cash_up or self.settlement
