"""The lines of a statement, as its page, sheets and prints show them."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from apps.billing.models import Charge, Statement

PER_PAGE = 100


def lines_of(
    statement: Statement, *, text: str = "", kind: str = "", after: int = 0
) -> tuple[list[Charge], int | None]:
    """A page of charges in the order they were written, found by waybill or kind, and where the next
    page begins (None at the end). Never counts."""
    rows = (
        Charge.objects.filter(statement=statement, pk__gt=max(after, first_line(statement) - 1))
        .select_related("customer", "tax_class", "corrects")
        .order_by("pk")
    )
    if text:
        rows = rows.filter(waybill__startswith=text.strip().upper())
    if kind:
        rows = rows.filter(kind=kind)
    page = list(rows[: PER_PAGE + 1])
    more = page[PER_PAGE - 1].pk if len(page) > PER_PAGE else None
    return page[:PER_PAGE], more


def first_line(statement: Statement) -> int:
    """The number of its first charge, 0 without one. From there on a long statement's lines lie close
    together; from the beginning of the table PostgreSQL would go through all the months before it.

    The second number, which no statement has, keeps it on the index by statement: for one alone it takes
    the primary key, which has the same order.
    """
    rows = Charge.objects.filter(statement__in=[statement.pk, 0]).order_by("statement_id", "pk")
    return int(rows.values_list("pk", flat=True).first() or 0)


def all_lines(statement: Statement) -> Iterator[Charge]:
    """Every charge, by day and waybill, through a cursor of the server."""
    rows: QuerySet[Charge, Any] = (
        Charge.objects.filter(statement=statement)
        .select_related("customer", "tax_class")
        .order_by("service_day", "waybill", "pk")
    )
    return rows.iterator(chunk_size=2_000)


def paid_at_the_door(statement: Statement, lines: list[Charge]) -> set[str]:
    """Of these lines' shipments those whose freight was paid at the door."""
    numbers = [line.waybill for line in lines if line.waybill]
    rows = statement.door_payments.filter(waybill__in=numbers)
    return set(rows.values_list("waybill", flat=True))


PARTS = (
    "allocations",
    "blockers",
    "disputes",
    "door_payments",
    "invoice_lines",
    "papers",
    "write_offs",
)


def parts_of(statement: Statement) -> set[str]:
    """Which of PARTS a statement has any of: most have few. One query."""
    there = {
        f"has_{name}": Exists(
            getattr(Statement, name).rel.related_model.objects.filter(statement=OuterRef("pk"))
        )
        for name in PARTS
    }
    found = Statement.objects.filter(pk=statement.pk).annotate(**there).values(*there).get()
    return {name for name in PARTS if found[f"has_{name}"]}
