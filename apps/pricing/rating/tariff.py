"""A tariff version as plain values: what tables, sheets and tests say alike. Pure.

Weights are integer grams, money integer fen, rates millionths. ``row`` is the line that a person sees
in the sheet, for refusals. An empty ``upto`` is an open end.
"""

from dataclasses import dataclass, field

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
from apps.pricing.rating.amounts import half_up

ENGINE = 1  # raise it when the same tariff and shipment would give another price
ANYWHERE = ""
# Destinations that look at the origin too.
SAME_DISTRICT, SAME_CITY, SAME_PROVINCE = "same_district", "same_city", "same_province"
RELATIONS = (SAME_DISTRICT, SAME_CITY, SAME_PROVINCE)


@dataclass(frozen=True, slots=True)
class WeightStep:
    """Up to ``upto`` grams a weight is rounded to a multiple of ``step``: up, when what is above the
    multiple reaches ``threshold`` grams (1: always up; half of the step: to the nearest)."""

    upto: int | None
    step: int
    threshold: int = 1
    row: int | None = None


@dataclass(frozen=True, slots=True)
class ZoneRule:
    """``destination`` and ``origin`` are codes of GB/T 2260 or ANYWHERE; a destination may also be
    SAME_CITY and the like. The most specific rule decides, the destination before the origin."""

    zone: str
    destination: str = ANYWHERE
    origin: str = ANYWHERE
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """The freight of a zone (of a vehicle, where distance is measured) up to ``upto``: ``base_fen``,
    and for every ``step`` begun above ``beyond`` ``inc_fen`` per ``per`` (the step, if not said).

    First and additional weight: base, beyond = first weight. Whole weight: base 0, beyond 0.
    Marginal: base = what the bands below cost, beyond = where this one begins. ``starts`` is where a
    sheet says that it begins: checked against the end of the one before, priced by nowhere.
    """

    zone: str
    upto: int | None
    base_fen: int
    beyond: int = 0
    step: int = 1000
    inc_fen: int = 0
    per: int | None = None
    row: int | None = None
    starts: int | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """A component's fee up to ``upto`` of its basis: ``base_fen`` and, of what is above ``beyond``,
    ``rate_ppm`` (of money) or ``inc_fen`` for every ``step`` begun (of a quantity)."""

    upto: int | None = None
    base_fen: int = 0
    rate_ppm: int = 0
    beyond: int = 0
    step: int = 1
    inc_fen: int = 0
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """One surcharge, fee or discount. It applies where its basis is above 0 and, if named, to these
    destinations (``areas``: codes, each with all below it) and ``zones``."""

    code: str
    kind: ComponentKind
    basis: Basis
    bands: tuple[Band, ...]
    name: str = ""
    extra: str = ""  # which extra, for Basis.EXTRA
    min_fen: int | None = None
    max_fen: int | None = None
    over_max: OverMax = OverMax.CAP
    areas: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()
    order: int = 0
    tax_class: str = ""
    row: int | None = None


@dataclass(frozen=True, slots=True)
class MonthlyTier:
    """Up to ``upto`` (shipments, grams or fen of a month) ``discount_ppm`` off the month's freight."""

    upto: int | None
    discount_ppm: int
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Tariff:
    """Everything one version says. ``may_fall``: a heavier shipment may cost less (whole-weight bands
    often do). ``next_break``: whoever would pay less at the beginning of a heavier band pays that."""

    segments: tuple[Segment, ...] = ()
    rules: tuple[ZoneRule, ...] = ()
    zones: dict[str, str] = field(default_factory=dict)  # code → name
    components: tuple[Component, ...] = ()
    weight_steps: tuple[WeightStep, ...] = (WeightStep(None, 1),)
    monthly: tuple[MonthlyTier, ...] = ()
    monthly_measure: TierMeasure = TierMeasure.SHIPMENTS
    measure: Measure = Measure.WEIGHT
    priced_by: PricedBy = PricedBy.SHIPMENT
    volumetric: Volumetric = Volumetric.OFF
    divisor: int = 6000  # cubic centimetres per kilogram
    upper_bound: UpperBound = UpperBound.INCLUDED
    min_weight_g: int = 0
    heaviest: int | None = None  # above it no price: of the whole, or of each piece
    min_fen: int = 0  # least freight
    freight_step_fen: int = 1
    total_step_fen: int = 1
    round_mode: RoundMode = RoundMode.HALF_UP
    may_fall: bool = False
    next_break: bool = False
    tax_class: str = ""


def first_additional(
    zone: str, *, first_g: int, first_fen: int, step_g: int, step_fen: int, per_g: int | None = None
) -> Segment:
    """首重 and 续重: ``first_fen`` up to ``first_g``, then ``step_fen`` for every step begun."""
    return Segment(zone, None, first_fen, first_g, step_g, step_fen, per_g)


def marginal(zone: str, bands: list[tuple[int | None, int]], step_g: int) -> list[Segment]:
    """Each part of the weight at the price of its own band: [(upto, fen per kg)]. A band must end at
    a multiple of ``step_g`` above its beginning, or its last step would be paid twice."""
    found, base, begins = [], 0, 0
    for upto, price in bands:
        found.append(Segment(zone, upto, base, begins, step_g, price, 1000))
        if upto is not None:
            base += half_up(price * (upto - begins), 1000)
            begins = upto
    return found


def flat(zone: str, bands: list[tuple[int | None, int]]) -> list[Segment]:
    """One price per band: [(upto, fen)]."""
    return [Segment(zone, upto, base) for upto, base in bands]
