"""What a shipment costs (BIL-1): the version in force of its day, and the price by it.

This is the door for the floors above: they make a ``rating.Shipment`` of what they know, name the
customer, the service and the day the shipment was taken, and get a price or a named refusal. The same
question asked again, however late, has the same answer: what counts is the day, not the present.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.pricing.models import Quote, TariffVersion
from apps.pricing.queries.in_force import read_book, version_in_force
from apps.pricing.queries.papers import read_quotes
from apps.pricing.queries.reading import compiled
from apps.pricing.queries.service_names import service_names
from apps.pricing.rating import (
    ENGINE,
    Rated,
    Shipment,
    Step,
    Tariff,
    Unrated,
    compile_tariff,
    explain,
    rate,
)

# What an approved quote is priced by where no tariff is in force: the amount, and no components.
_QUOTE_ONLY = compile_tariff(Tariff())


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: whose shipment, by which service, taken on which day (Asia/Shanghai). ``key`` is
    the asker's own, to know the answer by. ``order_number`` finds the quote made for this very order;
    a quote is shared among the order's ``parts`` shipments, of which this is number ``part`` from 0."""

    customer_id: int | None
    service: str
    day: date
    shipment: Shipment
    key: Any = None
    order_number: str = ""
    part: int = 0
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Price:
    """``version`` is None where a quote alone made the price. Whoever keeps a charge keeps the numbers
    of version and engine and the shipment, and can ask again."""

    version: TariffVersion | None
    rated: Rated
    engine: int = ENGINE


def rate_shipment(asked: Asked) -> Price:
    """By the tariff alone; raises Unrated: no tariff, no zone, no weight … At most one query for a
    version known to the process, eight for a new one."""
    version = version_in_force(customer_id=asked.customer_id, service=asked.service, day=asked.day)
    return _price(version, asked)


def rate_shipments(many: Iterable[Asked]) -> Iterator[tuple[Asked, Price | Unrated]]:
    """By tariffs and approved quotes, for many: each question, its shipment as it was priced, with its
    price or refusal, in their order. A quote made for the order comes before any tariff, one for the
    customer where no tariff has a price. Two queries for versions known to the process."""
    questions = list(many)
    services = {asked.service for asked in questions}
    book = read_book(services)
    quotes = read_quotes({asked.customer_id for asked in questions}, services)
    for asked in questions:
        version = book.version_in_force(
            customer_id=asked.customer_id, service=asked.service, day=asked.day
        )
        quote = quotes.quote_for(
            customer_id=asked.customer_id,
            service=asked.service,
            day=asked.day,
            order_number=asked.order_number,
        )
        try:
            yield _by_tariff_or_quote(version, asked, quote)
        except Unrated as refusal:
            yield asked, refusal


def _by_tariff_or_quote(
    version: TariffVersion | None, asked: Asked, quote: Quote | None
) -> tuple[Asked, Price]:
    if quote is None:
        return asked, _price(version, asked)
    each, more = divmod(quote.amount_fen, asked.parts)
    mine = each + (asked.part < more)
    quoted = replace(asked, shipment=asked.shipment._replace(quoted_fen=mine))
    if not quote.order_number:
        try:
            return asked, _price(version, asked)
        except Unrated:
            pass
    return quoted, _price(version, quoted)


def explain_price(version: TariffVersion | None, shipment: Shipment) -> tuple[Rated, list[Step]]:
    """The price by that version and its steps, computed anew; they sum to it."""
    return explain(_QUOTE_ONLY if version is None else compiled(version), shipment)


def _price(version: TariffVersion | None, asked: Asked) -> Price:
    if version is None and asked.shipment.quoted_fen is None:
        name = service_names().get(asked.service, asked.service)
        message = _("There is no tariff for “%(service)s” on %(day)s.")
        raise Unrated(
            message % {"service": name or "—", "day": f"{asked.day:%Y-%m-%d}"},
            code="no_tariff",
        )
    tariff = _QUOTE_ONLY if version is None else compiled(version)
    return Price(version, rate(tariff, asked.shipment))
