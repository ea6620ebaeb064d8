"""Who may be paid ahead of the bank, and how much of it is open (COD-7)."""

from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from apps.cod.enums import AdvancePolicyState, ItemState, RowKind
from apps.cod.models import AdvancePolicy, CodItem, RemittanceRow

# The money is in the company's hands, and not seen on the bank yet.
IN_HAND = (ItemState.COUNTED, ItemState.DEPOSITED)
AHEAD = Q(kind=RowKind.ADVANCE, stands=True)


def policy_in_force(customer_id: int, day: date) -> AdvancePolicy | None:
    """The newest that is approved, began by ``day`` and is not over."""
    rows = AdvancePolicy.objects.filter(
        Q(until__isnull=True) | Q(until__gte=day),
        customer=customer_id,
        state=AdvancePolicyState.ACTIVE,
        since__lte=day,
    )
    return rows.order_by("-since", "-pk").first()


def open_lines(customer_id: int) -> "QuerySet[RemittanceRow]":
    """Lines that are paid ahead, or wait for it in a remittance, and are not seen on the bank."""
    return RemittanceRow.objects.filter(
        AHEAD, cleared_at__isnull=True, remittance__merchant=customer_id
    )


def open_ahead(customer_id: int) -> Decimal:
    """What of a merchant's limit is used."""
    total: Decimal | None = open_lines(customer_id).aggregate(sum=Sum("amount"))["sum"]
    return total or Decimal("0.00")


def items_to_advance(customer_id: int) -> "QuerySet[CodItem]":
    """Counted or on its way to the bank, and in no remittance; the oldest first."""
    rows = CodItem.objects.filter(merchant=customer_id, state__in=IN_HAND)
    return rows.filter(~Exists(lines_ahead())).order_by("collected_at", "pk")


def lines_ahead() -> "QuerySet[RemittanceRow]":
    """For ``Exists``: of the item of an outer query."""
    return RemittanceRow.objects.filter(AHEAD, item=OuterRef("pk"))
