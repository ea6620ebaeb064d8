"""Which contract a customer has on a day; clock policies may ask for it."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from apps.customers.models import Contract

# The same as a part of somebody's statement, of one ``customer`` on one ``day``.
CONTRACT_OF_ONE = """
SELECT c.id FROM customers_contract c WHERE c.customer_id = %(customer)s
    AND c.valid_from <= %(day)s AND (c.valid_to IS NULL OR c.valid_to >= %(day)s)
"""


def contracts_in_force(customer_ids: Iterable[int | None], at: datetime) -> dict[int, int]:
    """Per customer the contract whose days hold ``at`` (aware; days are the company's own). There is at
    most one: the database lets none overlap. One query for any number of customers."""
    wanted = {pk for pk in customer_ids if pk is not None}
    if not wanted:
        return {}
    rows = Contract.objects.valid_on(timezone.localdate(at)).filter(customer__in=wanted)
    return dict(rows.values_list("customer_id", "pk"))


def contract_then(at: datetime) -> Subquery:
    """For a query of customers: the id of ``contracts_in_force``, or none."""
    days = Contract.objects.valid_on(timezone.localdate(at))
    return Subquery(days.filter(customer=OuterRef("pk")).values("pk")[:1])
