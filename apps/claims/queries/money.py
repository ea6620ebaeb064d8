"""What was paid for claims and recovered; what is not settled yet (CMP-6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from apps.claims.enums import ClaimState, PaymentState, PayWay
from apps.claims.models import Claim, ClaimPayment, Recovery
from apps.core.times import day_start

# Money is still owed, or nobody has said whether.
UNSETTLED = (
    ClaimState.FILED,
    ClaimState.ASSESSED,
    ClaimState.APPROVED,
    ClaimState.AGREED,
)


def paid_sum(claim: Claim) -> Decimal:
    """What has gone out, in yuan."""
    return _sum(claim.payments.filter(state=PaymentState.PAID))


def taken_sum(claim: Claim) -> Decimal:
    """What has gone out or is on its way."""
    return _sum(claim.payments.exclude(state=PaymentState.FAILED))


def _sum(rows: "QuerySet[ClaimPayment]") -> Decimal:
    found: Decimal | None = rows.aggregate(sum=Sum("amount"))["sum"]
    return found or Decimal(0)


@dataclass(frozen=True, slots=True)
class Worth:
    """In yuan: what all claims of a shipment may come to together, and what its other claims come to already."""

    most: Decimal
    granted: Decimal

    @property
    def left(self) -> Decimal:
        return max(self.most - self.granted, Decimal(0))


def worth_of(claim: Claim) -> Worth:
    """By the database's own functions, which its trigger asks as well: declared or proved value and the freight."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT claims_most_for(%s), claims_granted_for(%s, %s)",
            [claim.waybill_id, claim.waybill_id, claim.pk],
        )
        most, granted = cursor.fetchone()
    return Worth(most, granted)


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A claim that stands in the way of a customer's statement."""

    id: int
    customer_id: int
    label: str


def unsettled(customers: Iterable[int], month: date) -> list[Unsettled]:
    """Claims of these customers' shipments that were filed by the end of ``month`` (its first day, local) and are
    not settled: nobody should ask for that month's money without knowing of them."""
    after = day_start(_month_after(month))
    rows = Claim.objects.filter(
        waybill__customer__in=list(customers), state__in=UNSETTLED, filed_at__lt=after
    ).select_related("waybill")
    return [
        Unsettled(
            row.pk,
            row.waybill.customer_id,
            f"{row.number} · {row.get_kind_display()} · {row.waybill.number}",
        )
        for row in rows.order_by("pk")
    ]


def paid_out(month: date, as_of: datetime) -> "QuerySet[ClaimPayment]":
    """What customers got in ``month`` (its first day, local) in cash or by transfer, as it was known at ``as_of``: what
    the bank gave back later is still among it. A set-off is a line of the statement itself."""
    rows = ClaimPayment.objects.filter(
        Q(failed_at=None) | Q(failed_at__gt=as_of),
        way__in=(PayWay.SPOT, PayWay.CASH, PayWay.TRANSFER),
        claim__customer__isnull=False,
        paid_at__gte=day_start(month),
        paid_at__lt=min(day_start(_month_after(month)), as_of),
    )
    return rows.select_related("claim__customer", "claim__waybill").order_by("paid_at", "pk")


def _month_after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def recovered_by_partner(
    rows: "QuerySet[Recovery]",
) -> list[tuple[int, str, int, Decimal, Decimal, Decimal]]:
    """Of these recoveries, per partner: its key and name, how many, asked, agreed, received."""
    of = rows.filter(carrier__isnull=False).order_by("carrier__name", "carrier")
    found = of.values_list("carrier", "carrier__name").annotate(
        n=Count("pk"),
        asked_sum=Sum("asked"),
        agreed_sum=Sum("agreed"),
        received_sum=Sum("received"),
    )
    zero = Decimal(0)
    return [(pk, name, n, a or zero, b or zero, c or zero) for pk, name, n, a, b, c in found]
