"""Which contract a customer has on a day; clock policies may ask for it."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from apps.customers.models import Contract


def contracts_in_force(customer_ids: Iterable[int | None], at: datetime) -> dict[int, int]:
    """Per customer the contract whose days hold ``at`` (aware; days are the house's own). There is at
    most one: the database lets none overlap. One query for any number of customers."""
    wanted = {pk for pk in customer_ids if pk is not None}
    if not wanted:
        return {}
    rows = Contract.objects.valid_on(timezone.localdate(at)).filter(customer__in=wanted)
    return dict(rows.values_list("customer_id", "pk"))
