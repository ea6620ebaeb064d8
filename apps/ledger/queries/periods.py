"""From which day on entries are taken."""

from datetime import date

from django.db.models import Max

from apps.ledger.models import Period
from apps.ledger.rules import next_month


def open_since() -> date | None:
    """The first day that is not closed; None while no month is."""
    month: date | None = Period.objects.aggregate(last=Max("month"))["last"]
    return None if month is None else next_month(month)
