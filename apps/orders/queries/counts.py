"""Orders said to be sent against orders received (ORD-1)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from apps.accounts.models import User
from apps.customers.models import Customer
from apps.orders.enums import CountStatus
from apps.orders.models import DeclaredCount, WorkOrder


@dataclass(frozen=True, slots=True)
class DayLine:
    """One bulk customer on one day; ``count`` is empty until somebody has told the number."""

    customer: Customer
    received: int
    count: DeclaredCount | None


def received_on(day: date, customer_ids: list[int]) -> dict[int, int]:
    """Orders received that day per customer, cancelled ones included: they did arrive."""
    rows = (
        WorkOrder.objects.filter(received_on=day, customer_id__in=customer_ids)
        .order_by()
        .values_list("customer_id")
        .annotate(n=Count("pk"))
    )
    return dict.fromkeys(customer_ids, 0) | dict(rows)


def day_sheet(day: date, *, user: User, limit: int = 500) -> list[DayLine]:
    """Every customer that sends in bulk or told a number that day: three queries."""
    visible = Customer.objects.visible_to(user)
    declared = {
        count.customer_id: count
        for count in DeclaredCount.objects.filter(day=day, customer__in=visible).select_related(
            "customer", "resolved_by"
        )
    }
    bulk = {c.pk: c for c in visible.sending_bulk_orders()[:limit]}
    customers = bulk | {pk: count.customer for pk, count in declared.items()}
    received = received_on(day, list(customers))
    lines = [DayLine(c, received[pk], declared.get(pk)) for pk, c in customers.items()]
    return sorted(lines, key=_urgency)


def _urgency(line: DayLine) -> tuple[int, str]:
    if line.count is None:
        return (1, line.customer.code)
    return (0 if line.count.status == CountStatus.MISMATCH else 2, line.customer.code)


def open_mismatches(*, user: User, limit: int = 200) -> list[DeclaredCount]:
    rows = DeclaredCount.objects.filter(
        status=CountStatus.MISMATCH, customer__in=Customer.objects.visible_to(user)
    )
    return list(rows.select_related("customer").order_by("-day", "customer__code")[:limit])
