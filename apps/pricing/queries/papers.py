"""Quotes and tax classes that apply."""

from datetime import date

from apps.pricing.enums import QuoteState
from apps.pricing.models import Quote, TaxClass


def quote_for(*, customer_id: int, service: str, day: date, order_number: str = "") -> Quote | None:
    """The newest approved quote that is good on ``day``: the order's own before one that names none."""
    good = Quote.objects.filter(
        customer=customer_id,
        service=service,
        state=QuoteState.APPROVED,
        valid_until__gte=day,
        order_number__in={"", order_number},
    )
    return good.order_by("-order_number", "-id").first()


def tax_class_on(code: str, day: date) -> TaxClass | None:
    """What ``code`` is taxed at on ``day``."""
    return TaxClass.objects.filter(code=code, since__lte=day).order_by("-since").first()
