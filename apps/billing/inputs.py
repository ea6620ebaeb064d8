"""What the services of this floor are given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from apps.billing.enums import ChargeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCharge:
    """An amount (yuan, tax included, never 0) for one thing. With ``customer_id`` it goes to whoever
    pays for that customer, with ``station_id`` to the station that collects it at the door.

    ``service_day`` says which month it belongs to; ``source`` and ``nth`` are what makes it happen once.
    """

    kind: ChargeKind
    gross: Decimal
    tax_class_id: int
    service_day: date
    source: str
    nth: int = 0
    customer_id: int | None = None
    station_id: int | None = None
    waybill: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    tariff_version_id: int | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    corrects_id: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Payer:
    """Who a statement is of: a customer or a station, never both."""

    customer_id: int | None
    station_id: int | None


@dataclass(frozen=True, slots=True)
class NewLevel:
    """A letter of a dunning plan, ``after_days`` after the due day at the earliest."""

    after_days: int
    pay_within_days: int
    title: str
    words: str


class Frozen(NamedTuple):
    """What the ledger and the trail are told of a statement that was just frozen."""

    id: int
    number: str
    payer_id: int | None
    payer_name: str | None
    station_id: int | None
    station_name: str | None
    revision: int
    lines: int
    charged: Decimal
    closing: Decimal


# Where they stand, seen from a statement.
FROZEN = (
    "pk",
    "number",
    "bill_to_id",
    "bill_to__name",
    "station_id",
    "station__name",
    "revision",
    "lines",
    "charged",
    "closing",
)
