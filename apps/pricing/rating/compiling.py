"""A tariff made ready to price by: checked, sorted, looked up by one key. Pure.

Compiled once per version; the active one never changes, so it may be kept for as long as the process.
"""

import hashlib
import json
from bisect import bisect_left
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from apps.pricing.enums import PricedBy, UpperBound
from apps.pricing.rating.bands import price_at
from apps.pricing.rating.checking import tariff_problems
from apps.pricing.rating.refusals import TariffRefused
from apps.pricing.rating.tariff import ENGINE, Band, Component, Segment, Tariff, ZoneRule
from apps.pricing.rating.zones import find_rule


@dataclass(slots=True)
class Table:
    """The segments of one zone by their ends; ``caps`` are what a heavier band would cost at least."""

    ends: list[int]
    segments: list[Segment]
    caps: list[int | None]

    def at(self, quantity: int) -> int:
        """The number of the segment that ``quantity`` falls into; the last one has no end."""
        return bisect_left(self.ends, quantity)

    def price(self, number: int, quantity: int) -> int:
        """fen"""
        price, cap = price_at(self.segments[number], quantity), self.caps[number]
        return price if cap is None or price <= cap else cap


@dataclass(slots=True)
class Fee:
    """A component with the ends of its bands."""

    component: Component
    ends: list[int]
    bands: tuple[Band, ...]

    def band(self, basis: int) -> Band:
        return self.bands[bisect_left(self.ends, basis)]


@dataclass(slots=True)
class Compiled:
    """Shared by all threads: nobody changes it; ``known`` only remembers what was looked up."""

    tariff: Tariff
    tables: dict[str, Table]
    rules: dict[tuple[str, str], ZoneRule]
    fees: tuple[Fee, ...]
    sha256: str
    per_piece: bool
    known: dict[tuple[str, str], ZoneRule | None] = field(default_factory=dict)

    def rule_for(self, origin: str, destination: str) -> ZoneRule | None:
        key = (origin, destination)
        if key not in self.known:
            if len(self.known) > 500_000:  # every pair of districts there is would be 9 million
                self.known.clear()
            self.known[key] = find_rule(self.rules, origin, destination)
        return self.known[key]


def compile_tariff(tariff: Tariff) -> Compiled:
    """Refuses with TariffRefused, which names every part and row that is wrong."""
    wrong = tariff_problems(tariff)
    if wrong:
        raise TariffRefused(wrong)
    inclusive = _inclusive(tariff)
    by_zone: dict[str, list[Segment]] = {}
    for segment in inclusive.segments:
        by_zone.setdefault(segment.zone, []).append(segment)
    return Compiled(
        tariff=inclusive,
        tables={zone: _table(rows, tariff.next_break) for zone, rows in by_zone.items()},
        rules={(rule.destination, rule.origin): rule for rule in tariff.rules},
        fees=tuple(
            Fee(component, [b.upto for b in component.bands if b.upto is not None], component.bands)
            for component in sorted(inclusive.components, key=lambda c: c.order)
        ),
        sha256=fingerprint(tariff),
        per_piece=tariff.priced_by == PricedBy.PIECE,
    )


def _inclusive(tariff: Tariff) -> Tariff:
    """Bands that end just before a weight end a gram earlier."""
    if tariff.upper_bound != UpperBound.EXCLUDED:
        return tariff
    return replace(
        tariff,
        segments=tuple(
            replace(s, upto=None if s.upto is None else s.upto - 1) for s in tariff.segments
        ),
        heaviest=None if tariff.heaviest is None else tariff.heaviest - 1,
    )


def _table(segments: list[Segment], next_break: bool) -> Table:
    caps: list[int | None] = [None] * len(segments)
    if next_break:
        for at in range(len(segments) - 2, -1, -1):
            first = price_at(segments[at + 1], (segments[at].upto or 0) + 1)
            above = caps[at + 1]
            caps[at] = first if above is None else min(first, above)
    return Table([s.upto for s in segments if s.upto is not None], segments, caps)


def fingerprint(tariff: Tariff) -> str:
    """sha256 of what the tariff says: the same for the same prices, wherever they came from."""
    content = {"engine": ENGINE, **asdict(tariff)}
    text = json.dumps(_plain(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Without the lines of the sheet and what they repeat, sets in order."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if key not in ("row", "starts")}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return sorted(value) if isinstance(value, frozenset) else value
