"""How the accounts of a change are used: sums by month, customers, shipments under way with COD (COD-2, COD-4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, TruncMonth
from django.utils import timezone

from apps.account_changes.models import ChangeProject
from apps.account_changes.queries.changes import accounts_of, affected_customers
from apps.banking.models import BankAccount, BankLine
from apps.tracking.enums import TERMINAL
from apps.tracking.models import Waybill

MONTHS = 3
SHOWN = 50
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Usage:
    """Per month (its first day): lines, what came in, what went out."""

    months: list[tuple[date, int, Decimal, Decimal]]
    customers: int
    shipments: int
    cod: Decimal


@dataclass(frozen=True, slots=True)
class Stage:
    """Shipments of one stage: before the start their COD goes to the old account, in transition either
    is in order, afterwards the new one."""

    code: str
    n: int
    cod: Decimal
    shown: Sequence[Waybill]


def usage_of(project: ChangeProject, at: datetime) -> Usage:
    """Of the old account with its sub-accounts, over the last three calendar months. Three statements
    and the sub-accounts."""
    customers = affected_customers(project, at)
    under_way = _under_way(customers)
    sums = under_way.aggregate(n=Count("pk"), cod=Coalesce(Sum("cod_amount"), ZERO))
    return Usage(
        months=list(_months(project.old_account, at)),
        customers=customers.count(),
        shipments=sums["n"],
        cod=sums["cod"],
    )


def stages_of(
    project: ChangeProject, at: datetime, since: datetime, until: datetime
) -> list[Stage]:
    """What happens to each shipment under way, by when it is promised (without a promise: expected,
    else now), if the start is ``since`` and the old account is accepted ``until``."""
    rows = _under_way(affected_customers(project, at)).annotate(
        by_then=Coalesce("promised_at", "expected_at", Value(at)),
    ).annotate(
        stage=Case(
            When(by_then__lt=since, then=Value("before")),
            When(by_then__lt=until, then=Value("transition")),
            default=Value("after"),
        )
    )  # fmt: skip
    sums: dict[str, Any] = {
        row["stage"]: row
        for row in rows.order_by()
        .values("stage")
        .annotate(n=Count("pk"), cod=Coalesce(Sum("cod_amount"), ZERO))
    }
    found = []
    for code in ("before", "transition", "after"):
        row = sums.get(code, {"n": 0, "cod": ZERO})
        shown = list(rows.filter(stage=code).order_by("by_then", "pk")[:SHOWN]) if row["n"] else []
        found.append(Stage(code, row["n"], row["cod"], shown))
    return found


def received(
    accounts: Sequence[int], since: datetime, until: datetime | None = None
) -> tuple[int, Decimal]:
    """How many payments came in at these accounts from the day of ``since`` to before ``until``'s."""
    rows = BankLine.objects.filter(
        account__in=accounts, amount__gt=0, day__gte=timezone.localdate(since)
    )
    if until is not None:
        rows = rows.filter(day__lt=timezone.localdate(until))
    found = rows.aggregate(n=Count("pk"), total=Coalesce(Sum("amount"), ZERO))
    return found["n"], found["total"]


def _under_way(customers: "QuerySet[Any]") -> "QuerySet[Waybill]":
    return Waybill.objects.filter(
        customer__in=customers.values("pk"), cod_amount__isnull=False, concluded_at=None
    ).exclude(status__in=TERMINAL)


def _months(account: BankAccount, at: datetime) -> list[tuple[date, int, Decimal, Decimal]]:
    first = timezone.localdate(at).replace(day=1)
    for _n in range(MONTHS):
        first = (first - timedelta(days=1)).replace(day=1)
    rows = (
        BankLine.objects.filter(account__in=accounts_of(account), day__gte=first)
        .annotate(month=TruncMonth("day"))
        .order_by("month")
        .values("month")
        .annotate(
            n=Count("pk"),
            into=Coalesce(Sum("amount", filter=Q(amount__gt=0)), ZERO),
            out=Coalesce(-Sum(F("amount"), filter=Q(amount__lt=0)), ZERO),
        )
    )
    return [(row["month"], row["n"], row["into"], row["out"]) for row in rows]
