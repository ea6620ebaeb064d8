"""What a tariff must be before it can price anything: whole bands, known zones, sane figures. Pure.

Every fault is named with its part and row, all of them at once.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from apps.core.areas import area_of
from apps.pricing.enums import (
    MONEY_BASES,
    OWN_KINDS,
    Basis,
    ComponentKind,
    Measure,
    OverMax,
    PricedBy,
    Volumetric,
)
from apps.pricing.rating.amounts import MILLION
from apps.pricing.rating.bands import price_at
from apps.pricing.rating.refusals import TariffProblem
from apps.pricing.rating.tariff import ANYWHERE, RELATIONS, Band, Component, Segment, Tariff

VERSION, ZONES, RULES, SEGMENTS, STEPS, COMPONENTS, MONTHLY = (
    "version",
    "zones",
    "zone_rules",
    "segments",
    "weight_steps",
    "components",
    "monthly",
)
HIGH_RATE = MILLION // 2  # from here on a rate is asked about twice


def tariff_problems(tariff: Tariff) -> list[TariffProblem]:
    """All that is wrong, in the order of the parts; empty for a tariff that can be compiled."""
    return [
        *_version(tariff),
        *_rules(tariff),
        *_segments(tariff),
        *_weight_steps(tariff),
        *_components(tariff),
        *_monthly(tariff),
    ]


def high_rates(tariff: Tariff) -> list[tuple[str, int]]:
    """Rates of 50 % and more, (name, millionths): right once in a while, mostly a slipped point."""
    found = [
        (component.name or str(component.kind.label), band.rate_ppm)
        for component in tariff.components
        for band in component.bands
        if abs(band.rate_ppm) >= HIGH_RATE
    ]
    tiers = [t.discount_ppm for t in tariff.monthly if t.discount_ppm >= HIGH_RATE]
    return found + [(_("monthly tier"), rate) for rate in tiers]


def _version(tariff: Tariff) -> Iterator[TariffProblem]:
    def wrong(field: str, message: Any) -> TariffProblem:
        return TariffProblem(message, code="figure_wrong", part=VERSION, field=field)

    if tariff.volumetric != Volumetric.OFF and tariff.divisor <= 0:
        yield wrong("divisor", _("The volumetric divisor must be above 0."))
    if tariff.min_weight_g < 0:
        yield wrong("min_weight_g", _("The least weight cannot be below 0."))
    if tariff.heaviest is not None and tariff.heaviest <= 0:
        yield wrong("heaviest", _("The greatest weight must be above 0."))
    if tariff.min_fen < 0:
        yield wrong("min_fen", _("The least freight cannot be below 0."))
    for field in ("freight_step_fen", "total_step_fen"):
        if getattr(tariff, field) < 1:
            yield wrong(field, _("An amount is rounded to 0.01 at least."))
    if tariff.priced_by == PricedBy.PIECE and tariff.measure != Measure.WEIGHT:
        yield wrong("priced_by", _("Only weights are priced piece by piece."))


def _rules(tariff: Tariff) -> Iterator[TariffProblem]:
    seen: dict[tuple[str, str], str] = {}
    for rule in tariff.rules:
        if rule.zone not in tariff.zones:
            message = _("Zone “%(zone)s” is not in the list of zones.") % {"zone": rule.zone}
            yield TariffProblem(
                message, code="zone_unknown", part=RULES, row=rule.row, field="zone"
            )
        key = (rule.destination, rule.origin)
        if key in seen:
            message = _("This area has a zone already: “%(zone)s”.") % {"zone": seen[key]}
            yield TariffProblem(
                message, code="zone_twice", part=RULES, row=rule.row, field="destination"
            )
        seen.setdefault(key, rule.zone)
        for field, code, known in (
            ("destination", rule.destination, (ANYWHERE, *RELATIONS)),
            ("origin", rule.origin, (ANYWHERE,)),
        ):
            if code not in known and area_of(code) is None:
                message = _("“%(code)s” is no area of GB/T 2260.") % {"code": code}
                yield TariffProblem(
                    message, code="area_unknown", part=RULES, row=rule.row, field=field
                )


def _segments(tariff: Tariff) -> Iterator[TariffProblem]:
    by_zone: dict[str, list[Segment]] = {zone: [] for zone in tariff.zones}
    for segment in tariff.segments:
        if segment.zone not in by_zone:
            message = _("Zone “%(zone)s” is not in the list of zones.") % {"zone": segment.zone}
            yield TariffProblem(
                message, code="zone_unknown", part=SEGMENTS, row=segment.row, field="zone"
            )
        by_zone.setdefault(segment.zone, []).append(segment)
        yield from _segment(segment)
    for zone, segments in by_zone.items():
        name = tariff.zones.get(zone) or zone
        if not segments:
            message = _("Zone “%(zone)s” has no price.") % {"zone": name}
            yield TariffProblem(message, code="zone_without_price", part=SEGMENTS, field="zone")
            continue
        yield from _ends(segments, SEGMENTS, name)
        yield from _starts(segments, tariff, name)
        if not tariff.may_fall and not tariff.next_break:
            yield from _falls(segments, name)


def _segment(segment: Segment) -> Iterator[TariffProblem]:
    figures = {
        "base_fen": segment.base_fen,
        "beyond": segment.beyond,
        "inc_fen": segment.inc_fen,
        "step": segment.step - 1,
        "per": (segment.per or 1) - 1,
        "upto": (segment.upto or 1) - 1 if segment.upto is not None else 0,
    }
    for field, value in figures.items():
        if value < 0:
            message = _("A price, weight or step is below what it can be.")
            yield TariffProblem(
                message, code="negative", part=SEGMENTS, row=segment.row, field=field
            )


def _ends(bands: Sequence[Any], part: str, name: str) -> Iterator[TariffProblem]:
    """From 0 without a gap, by rising ends, each once, the last one open."""
    for before, after in pairwise(bands):
        if before.upto is None:
            message = _("“%(name)s”: a band after the open end is never reached.") % {"name": name}
            yield TariffProblem(
                message, code="after_open_end", part=part, row=after.row, field="upto"
            )
        elif after.upto is not None and after.upto <= before.upto:
            message = _("“%(name)s”: this band overlaps the one before it.") % {"name": name}
            yield TariffProblem(message, code="overlap", part=part, row=after.row, field="upto")
    if bands[-1].upto is not None:
        message = _("“%(name)s”: the last band has an end; leave it open.") % {"name": name}
        yield TariffProblem(message, code="no_open_end", part=part, row=bands[-1].row, field="upto")


def _starts(segments: Sequence[Segment], tariff: Tariff, name: str) -> Iterator[TariffProblem]:
    """Where a sheet says where bands begin: at the end of the one before, or one step of weight above."""
    end = 0
    for one in segments:
        step = max((s.step for s in tariff.weight_steps), default=1)
        if one.starts is not None and one.starts < end:
            message = _("“%(name)s”: this band overlaps the one before it.") % {"name": name}
            yield TariffProblem(message, code="overlap", part=SEGMENTS, row=one.row, field="starts")
        elif one.starts is not None and one.starts > end + step:
            message = _("“%(name)s”: there is a gap before this band.") % {"name": name}
            yield TariffProblem(message, code="gap", part=SEGMENTS, row=one.row, field="starts")
        end = one.upto or end


def _falls(segments: Sequence[Segment], name: str) -> Iterator[TariffProblem]:
    for before, after in pairwise(segments):
        if before.upto is None or min(before.step, after.step) < 1:
            continue
        if price_at(before, before.upto) > price_at(after, before.upto + 1):
            message = _(
                "“%(name)s”: a heavier shipment would cost less from here on. Correct it, or say that prices may fall."
            ) % {"name": name}
            yield TariffProblem(
                message, code="falls", part=SEGMENTS, row=after.row, field="base_fen"
            )


def _weight_steps(tariff: Tariff) -> Iterator[TariffProblem]:
    if not tariff.weight_steps:
        yield TariffProblem(_("Say how weights are rounded."), code="no_steps", part=STEPS)
        return
    yield from _ends(tariff.weight_steps, STEPS, _("rounding of weights"))
    for one in tariff.weight_steps:
        if one.step < 1 or not 1 <= one.threshold <= one.step:
            message = _("The step is 1 g at least, the threshold between 1 g and the step.")
            yield TariffProblem(
                message, code="step_wrong", part=STEPS, row=one.row, field="threshold"
            )


def _components(tariff: Tariff) -> Iterator[TariffProblem]:
    codes: set[str] = set()
    for component in tariff.components:
        if component.code in codes:
            message = _("The code “%(code)s” is there twice.") % {"code": component.code}
            yield TariffProblem(
                message, code="component_twice", part=COMPONENTS, row=component.row, field="code"
            )
        codes.add(component.code)
        for field, message in _component(component, tariff):
            yield TariffProblem(
                message, code="component_wrong", part=COMPONENTS, row=component.row, field=field
            )
        for band in component.bands:
            yield from _band(component, band)
        if component.bands:
            yield from _ends(component.bands, COMPONENTS, component.name or component.code)


def _component(component: Component, tariff: Tariff) -> Iterator[tuple[str, str]]:
    least, most = component.min_fen, component.max_fen
    if component.kind in OWN_KINDS:
        yield "kind", _("This kind is the engine's own.")
    if not component.bands:
        yield "upto", _("It has no price.")
    if (component.basis == Basis.EXTRA) != bool(component.extra):
        yield "extra", _("Say which extra it is for; only a component on an extra has one.")
    if least is not None and most is not None and least > most:
        yield "min_fen", _("The minimum is above the maximum.")
    if least is not None and least < 0 and component.kind != ComponentKind.DISCOUNT:
        yield "min_fen", _("The minimum is below 0.")
    if component.over_max == OverMax.REFUSE and most is None:
        yield "over_max", _("There is no maximum above which it could be refused.")
    for area in sorted(component.areas):
        if area_of(area) is None:
            yield "areas", _("“%(code)s” is no area of GB/T 2260.") % {"code": area}
    for zone in sorted(component.zones - tariff.zones.keys()):
        yield "zones", _("Zone “%(zone)s” is not in the list of zones.") % {"zone": zone}


def _band(component: Component, band: Band) -> Iterator[TariffProblem]:
    def wrong(field: str, message: Any) -> TariffProblem:
        return TariffProblem(message, code="band_wrong", part=COMPONENTS, row=band.row, field=field)

    may_be_negative = component.kind == ComponentKind.DISCOUNT
    for field in ("base_fen", "rate_ppm", "inc_fen"):
        if getattr(band, field) < 0 and not may_be_negative:
            yield wrong(field, _("Only a discount may be below 0."))
    if band.beyond < 0 or band.step < 1 or (band.upto is not None and band.upto < 1):
        yield wrong("beyond", _("A price, weight or step is below what it can be."))
    if component.basis in MONEY_BASES and band.inc_fen:
        yield wrong("inc_fen", _("Of an amount a rate is taken, not a price per step."))
    if component.basis not in MONEY_BASES and band.rate_ppm:
        yield wrong("rate_ppm", _("Of a quantity no rate can be taken, only a price per step."))
    if abs(band.rate_ppm) > MILLION:
        yield wrong("rate_ppm", _("A rate above 100 % is none."))


def _monthly(tariff: Tariff) -> Iterator[TariffProblem]:
    if not tariff.monthly:
        return
    yield from _ends(tariff.monthly, MONTHLY, _("monthly tiers"))
    for tier in tariff.monthly:
        if not 0 <= tier.discount_ppm <= MILLION:
            message = _("A monthly discount is between 0 and 100 %.")
            yield TariffProblem(
                message, code="figure_wrong", part=MONTHLY, row=tier.row, field="discount"
            )
