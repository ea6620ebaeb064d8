"""Reads of cash-ups."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import F, QuerySet, Sum

from apps.cod.enums import CashUpState, DecisionState
from apps.cod.models import CashUp, QrSettlement, Taking
from apps.cod.models.cash import HANDED_IN

if TYPE_CHECKING:
    from apps.accounts.models import User

C = CashUpState


def list_cash_ups(
    user: "User", *, view: str = "all", number: str = "", state: str = ""
) -> "QuerySet[CashUp]":
    """What ``user`` may see under a view of the list."""
    rows = CashUp.objects.visible_to(user).select_related("courier", "unit")
    if number:
        rows = rows.filter(courier__number=number.upper())
    elif view == "to_do":
        rows = rows.exclude(state=C.CLOSED)
    elif view == "to_deposit":
        rows = rows.filter(state__in=HANDED_IN, deposit__isnull=True, counted__gt=0)
    elif view == "differs":
        rows = rows.exclude(counted=F("expected")).filter(counted__isnull=False)
    return rows.filter(state=state) if state else rows


def sums_of_takings(ids: list[int]) -> dict[int, Decimal]:
    """By cash-up, what was taken until now: one statement."""
    rows = Taking.objects.filter(cash_up__in=ids).values_list("cash_up").annotate(Sum("amount"))
    return dict(rows.order_by("cash_up"))


def to_deposit(user: "User") -> "QuerySet[CashUp]":
    """Whose cash is at a station of this user."""
    return list_cash_ups(user, view="to_deposit").order_by("unit", "day", "pk")


def is_undecided(row: CashUp | QrSettlement) -> bool:
    """Nobody asked yet, or was refused, what becomes of that it was over or settled differently."""
    return not row.decisions.filter(state__in=[DecisionState.ASKED, DecisionState.DONE]).exists()


def next_to_do(user: "User", after: CashUp) -> CashUp | None:
    """The next one of the station that is not counted yet, by the courier's number."""
    rows = CashUp.objects.visible_to(user).filter(
        unit=after.unit_id, state__in=[C.OPEN, C.DECLARED], day__lte=after.day
    )
    rest = rows.exclude(pk=after.pk).select_related("courier").order_by("courier__number", "day")
    later = rest.filter(courier__number__gt=after.courier.number).first()
    return later or rest.first()
