"""Quotes and tax classes that apply."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from apps.pricing.enums import QuoteState
from apps.pricing.models import Quote


class Quotes:
    """Approved quotes of some customers, for many shipments at once."""

    def __init__(self, rows: Iterable[Quote]) -> None:
        self._rows: dict[tuple[int, str, str], list[Quote]] = defaultdict(list)
        for row in rows:
            self._rows[row.customer_id, row.service, row.order_number].append(row)

    def quote_for(
        self, *, customer_id: int | None, service: str, day: date, order_number: str = ""
    ) -> Quote | None:
        """The newest that is good on ``day``: the order's own before one that names none."""
        if customer_id is None:
            return None
        for number in dict.fromkeys((order_number, "")):
            for row in self._rows.get((customer_id, service, number), ()):
                if row.valid_until >= day:
                    return row
        return None


def read_quotes(customer_ids: Iterable[int | None], services: Iterable[str]) -> Quotes:
    """One query."""
    return Quotes(
        Quote.objects.filter(
            customer__in=[pk for pk in customer_ids if pk is not None],
            service__in=list(services),
            state=QuoteState.APPROVED,
        ).order_by("-id")
    )
