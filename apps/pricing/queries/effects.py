"""What a version would change for shipments that were (BIL-1), before it is published."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from apps.pricing.models import Tariff, TariffVersion
from apps.pricing.queries.in_force import read_book
from apps.pricing.queries.pricing import Asked
from apps.pricing.queries.reading import compiled
from apps.pricing.rating import Compiled, Unrated, rate

# (tariff, first day, last day) → the shipments that its customer, or everybody without a tariff of
# their own, sent by its service. Filled by the floor that has the shipments (``provide_shipments``).
Provider = Callable[[Tariff, date, date], Iterable[Asked]]
_providers: list[Provider] = []
MOST = 20_000
SHOWN = 20


def provide_shipments(provider: Provider) -> Provider:
    """The floor that has shipments says here how to find them; the last one said counts."""
    _providers[:] = [provider]
    return provider


@dataclass(frozen=True, slots=True)
class Change:
    """One shipment whose price changes, in fen; None: no price, and ``why``."""

    key: Any
    before: int | None
    after: int | None
    why: str = ""

    @property
    def difference(self) -> int:
        return (self.after or 0) - (self.before or 0)


@dataclass(slots=True)
class Effects:
    """Sums of those that have a price before and after, in fen."""

    shipments: int = 0
    before: int = 0
    after: int = 0
    dearer: int = 0
    cheaper: int = 0
    lost: int = 0  # had a price, would have none
    gained: int = 0
    is_cut: bool = False  # there were more than MOST
    changes: list[Change] = field(default_factory=list)  # the greatest ones

    @property
    def difference(self) -> int:
        return self.after - self.before


def last_month(day: date) -> tuple[date, date]:
    """The first and the last day of the month before."""
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def shipments_of(tariff: Tariff, first: date, last: date) -> Iterable[Asked]:
    return _providers[0](tariff, first, last) if _providers else ()


def effects_of(version: TariffVersion, shipments: Iterable[Asked]) -> Effects:
    """Each shipment by the version that was in force on its day, and by this one."""
    new = compiled(version)
    book = read_book([version.tariff.service])
    found, changes = Effects(), []
    for asked in shipments:
        if found.shipments == MOST:
            found.is_cut = True
            break
        old = book.version_in_force(
            customer_id=asked.customer_id, service=asked.service, day=asked.day
        )
        before, _why = _fen(compiled(old) if old else None, asked)
        after, why = _fen(new, asked)
        found.shipments += 1
        _count(found, before, after)
        if before != after:
            changes.append(Change(asked.key, before, after, why))
    changes.sort(key=lambda change: (change.after is not None, -abs(change.difference)))
    found.changes = changes[:SHOWN]
    return found


def _fen(tariff: Compiled | None, asked: Asked) -> tuple[int | None, str]:
    if tariff is None:
        return None, ""
    try:
        return rate(tariff, asked.shipment).gross_fen, ""
    except Unrated as refusal:
        return None, str(refusal)


def _count(found: Effects, before: int | None, after: int | None) -> None:
    if before is None or after is None:
        found.lost += before is not None
        found.gained += after is not None
        return
    found.before += before
    found.after += after
    found.dearer += after > before
    found.cheaper += after < before
