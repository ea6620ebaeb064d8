"""What couriers owe the company, from the rows of their cash-ups."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.cod.enums import DecisionKind, DecisionState, TakingKind
from apps.cod.models import CashUp, CodDecision, Debtor, Taking
from apps.tracking.models import Courier

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST = 200
_SHORT = CashUp.objects.filter(counted__lt=F("expected"))
_REPAID = Taking.objects.filter(kind=TakingKind.REPAID)
_WAIVED = CodDecision.objects.filter(kind=DecisionKind.WAIVER, state=DecisionState.DONE)


def _sum_of(rows: "QuerySet[Any]", amount: Any) -> Coalesce:
    """Of the rows of a courier, whose row is asked about around it."""
    of_one = rows.filter(courier=OuterRef("pk")).order_by().values("courier")
    return Coalesce(Subquery(of_one.annotate(sum=Sum(amount)).values("sum")), Decimal(0))


# What was counted short, less what was repaid or waived.
_OWED = (
    _sum_of(_SHORT, F("expected") - F("counted"))
    - _sum_of(_REPAID, "amount")
    - _sum_of(_WAIVED, "amount")
)
_EVER_SHORT = Exists(_SHORT.filter(courier=OuterRef("pk")))


@dataclass(frozen=True, slots=True)
class Moved:
    """Something that made a courier's debt more or less. ``link`` is its page."""

    at: datetime | None
    what: str
    amount: Decimal
    about: str
    link: str


def debts_of(courier_ids: list[int]) -> dict[int, Decimal]:
    """By courier, in one statement; nothing for those who never owed."""
    rows = Courier.objects.filter(_EVER_SHORT, pk__in=courier_ids).annotate(owed=_OWED)
    return dict(rows.values_list("pk", "owed"))


def debt_of(courier: Courier) -> Decimal:
    """What was counted short, less what was repaid or waived."""
    return debts_of([courier.pk]).get(courier.pk, Decimal("0.00"))


def list_debtors(user: "User", *, view: str = "owing", text: str = "") -> "QuerySet[Any]":
    """Couriers whom ``user`` may see: who owe now, about whom a waiver waits, who ever owed."""
    rows = Debtor.objects.filter(pk__in=Courier.objects.visible_to(user)).select_related("unit")
    if view == "owing":
        rows = rows.filter(_EVER_SHORT).alias(owed=_OWED).filter(owed__gt=0)
    elif view == "waiver":
        waits = CodDecision.objects.filter(courier=OuterRef("pk"), state=DecisionState.ASKED)
        rows = rows.filter(Exists(waits))
    else:
        rows = rows.filter(_EVER_SHORT)
    return rows.filter(number=text.strip().upper()) if text else rows


def debt_history(courier: Courier) -> list[Moved]:
    """What was counted short, repaid and waived, the newest first; 200 at most of each."""
    short, waived = _SHORT.filter(courier=courier), _WAIVED.filter(courier=courier)
    repaid = _REPAID.filter(courier=courier).select_related("cash_up")
    found = [
        Moved(
            row.counted_at,
            _("Counted short"),
            -(row.difference or Decimal(0)),
            f"{row.day:%Y-%m-%d} {row.explanation}".strip(),
            reverse("admin:cod_cashup_change", args=[row.pk]),
        )
        for row in short.order_by("-pk")[:MOST]
    ]
    found += [
        Moved(
            row.taken_at,
            _("Repaid"),
            -row.amount,
            f"{row.day:%Y-%m-%d}",
            reverse("admin:cod_cashup_change", args=[row.cash_up_id]) if row.cash_up_id else "",
        )
        for row in repaid.order_by("-pk")[:MOST]
    ]
    found += [
        Moved(
            row.closed_at,
            _("Waived"),
            -row.amount,
            row.reason,
            reverse("admin:cod_coddecision_change", args=[row.pk]),
        )
        for row in waived.order_by("-pk")[:MOST]
    ]
    return sorted(found, key=lambda one: (one.at is not None, one.at), reverse=True)
