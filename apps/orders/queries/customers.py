"""What taking in and confirming an order ask of its customer, each in one query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.core.database import Statement
from apps.customers.models import Customer
from apps.customers.queries import contract_then
from apps.customers.queries.contracts import CONTRACT_OF_ONE
from apps.orders.enums import OrderStatus
from apps.orders.models import WorkOrder
from apps.orders.models.work_order import ISSUED_VALUES

_ISSUED = Exists(
    WorkOrder.objects.filter(customer=OuterRef("pk"), status__in=ISSUED_VALUES).order_by()
)
# Written out: every order asks it, and the ORM takes longer to build it than PostgreSQL to answer.
_KNOWN = Statement(
    "known_of_customer",
    f"""
SELECT NOT EXISTS (SELECT FROM orders_workorder o
        WHERE o.customer_id = %(customer)s AND o.status = ANY(%(issued)s)),
    ({CONTRACT_OF_ONE}),
    (SELECT o.id FROM orders_workorder o
        WHERE o.customer_id = %(customer)s AND o.entry_key = %(entry_key)s),
    (SELECT o.number FROM orders_workorder o
        WHERE o.customer_id = %(customer)s AND o.customer_reference = %(reference)s
          AND o.customer_reference <> '' AND o.status <> %(cancelled)s LIMIT 1)
""",  # noqa: S608  # our own statement
)


@dataclass(frozen=True, slots=True)
class Known:
    """``first_order``: none of the customer's was ever confirmed (ORD-6). ``entered``: the order made
    under the same entry key. ``carrier``: the number of the order that carries the reference."""

    first_order: bool
    contract_id: int | None
    entered: int | None
    carrier: str | None


def known_of(customer: Customer, *, reference: str, entry_key: UUID | None, at: datetime) -> Known:
    """Asked after the customer's row was locked, so that nobody enters the same meanwhile."""
    asked: dict[str, Any] = {
        "customer": customer.pk,
        "issued": ISSUED_VALUES,
        "day": timezone.localdate(at),
        "entry_key": str(entry_key) if entry_key else None,
        "reference": reference,
        "cancelled": OrderStatus.CANCELLED.value,
    }
    with connection.cursor() as cursor:
        _KNOWN.run(cursor, asked)
        return Known(*cursor.fetchone())


@dataclass(frozen=True, slots=True)
class ConfirmationCustomer:
    """The customer of an order about to be confirmed, its papers at hand."""

    customer: Customer
    first_order: bool
    contract_id: int | None


def confirmation_customer(customer: Customer, at: datetime) -> ConfirmationCustomer:
    """As it is now, with the unit that is at hand already."""
    rows = Customer.objects.with_papers(at).annotate(is_first=~_ISSUED, in_force=contract_then(at))
    row: Any = rows.get(pk=customer.pk)
    row.unit = customer.unit
    return ConfirmationCustomer(row, row.is_first, row.in_force)
