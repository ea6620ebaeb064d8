"""What a shipment costs (BIL-1): the version in force of its day, and the price by it.

This is the door for the floors above: they make a ``rating.Shipment`` of what they know, name the
customer, the service and the day the shipment was taken, and get a price or a named refusal. The same
question asked again, however late, has the same answer: what counts is the day, not the present.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.pricing.models import TariffVersion
from apps.pricing.queries.in_force import read_book, version_in_force
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
    the asker's own, to know the answer by."""

    customer_id: int | None
    service: str
    day: date
    shipment: Shipment
    key: Any = None


@dataclass(frozen=True, slots=True)
class Price:
    """``version`` is None where a quote alone made the price. Whoever keeps a charge keeps the numbers
    of version and engine and the shipment, and can ask again."""

    version: TariffVersion | None
    rated: Rated
    engine: int = ENGINE


def rate_shipment(asked: Asked) -> Price:
    """Raises Unrated: no tariff, no zone, no weight … At most one query for a version known to the
    process, eight for a new one."""
    version = version_in_force(customer_id=asked.customer_id, service=asked.service, day=asked.day)
    return _price(version, asked)


def rate_shipments(many: Iterable[Asked]) -> Iterator[tuple[Asked, Price | Unrated]]:
    """The same for many: each with its price or refusal, in their order."""
    questions = list(many)
    book = read_book({asked.service for asked in questions})
    for asked in questions:
        version = book.version_in_force(
            customer_id=asked.customer_id, service=asked.service, day=asked.day
        )
        try:
            yield asked, _price(version, asked)
        except Unrated as refusal:
            yield asked, refusal


def explain_price(version: TariffVersion | None, shipment: Shipment) -> tuple[Rated, list[Step]]:
    """The price by that version and its steps, computed anew; they sum to it."""
    return explain(_QUOTE_ONLY if version is None else compiled(version), shipment)


def _price(version: TariffVersion | None, asked: Asked) -> Price:
    if version is None and asked.shipment.quoted_fen is None:
        name = service_names().get(asked.service, asked.service)
        said = _("There is no tariff for “%(service)s” on %(day)s.")
        raise Unrated(
            said % {"service": name or "—", "day": f"{asked.day:%Y-%m-%d}"},
            code="no_tariff",
        )
    tariff = _QUOTE_ONLY if version is None else compiled(version)
    return Price(version, rate(tariff, asked.shipment))
