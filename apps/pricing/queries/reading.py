"""Versions as the engine takes them: read in one query per table, compiled once per process."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from apps.pricing.enums import (
    Basis,
    ComponentKind,
    Measure,
    OverMax,
    PricedBy,
    RoundMode,
    TierMeasure,
    UpperBound,
    Volumetric,
)
from apps.pricing.models import (
    Component,
    ComponentBand,
    MonthlyTier,
    Segment,
    TariffVersion,
    WeightStep,
    Zone,
    ZoneRule,
)
from apps.pricing.rating import Band, Compiled, compile_tariff
from apps.pricing.rating import Component as RatingComponent
from apps.pricing.rating import MonthlyTier as RatingTier
from apps.pricing.rating import Segment as RatingSegment
from apps.pricing.rating import Tariff as RatingTariff
from apps.pricing.rating import WeightStep as RatingStep
from apps.pricing.rating import ZoneRule as RatingRule

# Figures of a version that have the same name on both sides.
FIGURES = (
    "divisor",
    "min_weight_g",
    "heaviest",
    "min_fen",
    "freight_step_fen",
    "total_step_fen",
    "may_fall",
    "next_break",
    "tax_class",
)
CHOICES: dict[str, Any] = {
    "measure": Measure,
    "priced_by": PricedBy,
    "volumetric": Volumetric,
    "upper_bound": UpperBound,
    "round_mode": RoundMode,
    "monthly_measure": TierMeasure,
}
KEPT = 4_000  # compiled versions per process, some 20 kB each


def read_tariffs(versions: Iterable[TariffVersion]) -> dict[int, RatingTariff]:
    """What versions say, by their numbers; seven queries, however many. ``row`` is the place of a
    row among those of its part, from 1."""
    heads = {version.pk: version for version in versions}
    found = _Rows(heads)
    return {pk: found.tariff(head) for pk, head in heads.items()}


def read_tariff(version: TariffVersion) -> RatingTariff:
    return read_tariffs([version])[version.pk]


def compiled(version: TariffVersion) -> Compiled:
    """Ready to price by; a draft is compiled anew each time and may be refused (TariffRefused)."""
    if version.is_draft:
        return compile_tariff(read_tariff(version))
    return _compiled(version.pk, version.sha256)


@lru_cache(maxsize=KEPT)
def _compiled(pk: int, sha256: str) -> Compiled:
    """Active versions never change, so what was compiled may be kept."""
    return compile_tariff(read_tariff(TariffVersion.objects.get(pk=pk)))


class _Rows:
    """The rows of several versions, by version."""

    def __init__(self, heads: dict[int, TariffVersion]) -> None:
        mine = {"version__in": list(heads)}
        self.zones = _by(Zone.objects.filter(**mine), "version_id")
        self.rules = _by(ZoneRule.objects.filter(**mine), "version_id")
        self.segments = _by(Segment.objects.filter(**mine), "version_id")
        self.steps = _by(WeightStep.objects.filter(**mine), "version_id")
        self.components = _by(Component.objects.filter(**mine), "version_id")
        bands = ComponentBand.objects.filter(component__version__in=list(heads))
        self.bands = _by(bands, "component_id")
        self.tiers = _by(MonthlyTier.objects.filter(**mine), "version_id")
        self.zone_codes = {zone.pk: zone.code for rows in self.zones.values() for zone in rows}

    def tariff(self, head: TariffVersion) -> RatingTariff:
        pk = head.pk
        return RatingTariff(
            segments=tuple(
                RatingSegment(
                    self.zone_codes[s.zone_id],
                    s.upto,
                    s.base_fen,
                    s.beyond,
                    s.step,
                    s.inc_fen,
                    s.per,
                    s.position,
                )
                for s in self.segments[pk]
            ),
            rules=tuple(
                RatingRule(self.zone_codes[r.zone_id], r.destination, r.origin, r.position)
                for r in self.rules[pk]
            ),
            zones={zone.code: zone.name or zone.code for zone in self.zones[pk]},
            components=tuple(self._component(c) for c in self.components[pk]),
            weight_steps=tuple(
                RatingStep(s.upto, s.step, s.threshold, s.position) for s in self.steps[pk]
            ),
            monthly=tuple(RatingTier(t.upto, t.discount_ppm, t.position) for t in self.tiers[pk]),
            **{name: getattr(head, name) for name in FIGURES},
            **{name: kind(getattr(head, name)) for name, kind in CHOICES.items()},
        )

    def _component(self, row: Component) -> RatingComponent:
        return RatingComponent(
            code=row.code,
            kind=ComponentKind(row.kind),
            basis=Basis(row.basis),
            bands=tuple(
                Band(b.upto, b.base_fen, b.rate_ppm, b.beyond, b.step, b.inc_fen, b.position)
                for b in self.bands[row.pk]
            ),
            name=row.name,
            extra=row.extra,
            min_fen=row.min_fen,
            max_fen=row.max_fen,
            over_max=OverMax(row.over_max),
            areas=frozenset(row.areas),
            zones=frozenset(row.in_zones),
            order=row.order,
            tax_class=row.tax_class,
            row=row.position,
        )


def _by(rows: Any, name: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows.order_by("position", "pk"):
        found[getattr(row, name)].append(row)
    return found
