"""How a price came about, step by step: computed again, never stored. The steps with an amount sum
to the price. Pure; the words are those of the page's language."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from apps.pricing.enums import MONEY_BASES, Basis, ComponentKind, Measure, Volumetric
from apps.pricing.rating.amounts import yuan
from apps.pricing.rating.bands import price_at, steps_begun
from apps.pricing.rating.compiling import Compiled, Fee
from apps.pricing.rating.engine import Line, Part, Rated, basis_of, measured, place, rate
from apps.pricing.rating.shipment import Shipment
from apps.pricing.rating.tariff import Segment


class Step(NamedTuple):
    """``how`` in words; ``fen`` is None for a step that costs nothing by itself."""

    what: str
    how: str
    fen: int | None


def explain(tariff: Compiled, shipment: Shipment) -> tuple[Rated, list[Step]]:
    """The price and its steps; raises Unrated as ``rate`` does."""
    rated = rate(tariff, shipment)
    steps = _where(tariff, shipment, rated) + _how_much(tariff, rated)
    rest = rated.lines
    if rated.parts and _is_plain(rated):
        steps += [_freight(tariff, rated, part) for part in rated.parts]
        rest = rest[1:]
    elif rated.parts:
        # The freight was rounded as a sum: its parts are told, the amount is the line's.
        steps += [_freight(tariff, rated, part)._replace(fen=None) for part in rated.parts]
    steps += [_line(tariff, shipment, rated, line) for line in rest]
    return rated, steps


def _is_plain(rated: Rated) -> bool:
    return rated.lines[0].fen == sum(part.pieces * part.fen for part in rated.parts)


def _where(tariff: Compiled, shipment: Shipment, rated: Rated) -> list[Step]:
    if not rated.parts:
        return []
    if tariff.tariff.measure == Measure.DISTANCE:
        name = tariff.tariff.zones.get(rated.zone) or rated.zone
        return [Step(_("Vehicle"), name, None)]
    names = {
        "from": place(shipment.origin),
        "to": place(shipment.destination),
        "zone": tariff.tariff.zones.get(rated.zone) or rated.zone,
    }
    return [Step(_("Zone"), _("%(from)s → %(to)s: %(zone)s") % names, None)]


def _how_much(tariff: Compiled, rated: Rated) -> list[Step]:
    return [
        Step(_pieces(_("Charged for"), part), _weighed(tariff, part), None) for part in rated.parts
    ]


def _pieces(what: str, part: Part) -> str:
    if part.pieces == 1:
        return what
    return _("%(what)s, each of %(n)d pieces") % {"what": what, "n": part.pieces}


def _weighed(tariff: Compiled, part: Part) -> str:
    actual, volumetric, chargeable = (measured(tariff, value) for value in part.weighed)
    if tariff.tariff.measure != Measure.WEIGHT:
        return chargeable
    names = {"actual": actual, "volumetric": volumetric, "chargeable": chargeable}
    if not part.weighed.volumetric_g:
        return _("actual %(actual)s, charged %(chargeable)s") % names
    names["how"] = str(Volumetric(tariff.tariff.volumetric).label)
    return (
        _("actual %(actual)s, volumetric %(volumetric)s; %(how)s: charged %(chargeable)s") % names
    )


def _freight(tariff: Compiled, rated: Rated, part: Part) -> Step:
    table = tariff.tables[rated.zone]
    segment, quantity = table.segments[part.segment], part.weighed.chargeable_g
    how = _segment(tariff, segment, quantity)
    if price_at(segment, quantity) != part.fen:
        how = _("the beginning of a heavier band is cheaper than %(how)s") % {"how": how}
    return Step(_pieces(str(ComponentKind.FREIGHT.label), part), how, part.pieces * part.fen)


def _segment(tariff: Compiled, segment: Segment, quantity: int) -> str:
    begun = steps_begun(quantity, segment.beyond, segment.step) if segment.inc_fen else 0
    base = f"{yuan(segment.base_fen)}"
    if not begun:
        return base
    more = _("%(n)d × %(step)s above %(beyond)s at %(price)s per %(per)s") % {
        "n": begun,
        "step": measured(tariff, segment.step),
        "beyond": measured(tariff, segment.beyond),
        "price": yuan(segment.inc_fen),
        "per": measured(tariff, segment.per or segment.step),
    }
    return f"{base} + {more}" if segment.base_fen else more


def _line(tariff: Compiled, shipment: Shipment, rated: Rated, line: Line) -> Step:
    fee = next((fee for fee in tariff.fees if fee.component.code == line.code), None)
    if fee is not None:
        return Step(
            fee.component.name or str(line.kind.label), _fee(fee, shipment, rated, line), line.fen
        )
    terms = tariff.tariff
    if line.kind == ComponentKind.FREIGHT:
        how = (
            _("approved quote")
            if not rated.parts
            else _("rounded to %s") % yuan(terms.freight_step_fen)
        )
    elif line.kind == ComponentKind.MINIMUM:
        how = _("the least freight is %s") % yuan(terms.min_fen)
    else:
        how = _("the total is rounded to %s") % yuan(terms.total_step_fen)
    return Step(str(line.kind.label), how, line.fen)


def _fee(fee: Fee, shipment: Shipment, rated: Rated, line: Line) -> str:
    component = fee.component
    basis = _basis_of(component.basis, component.extra, shipment, rated, line)
    band = fee.band(basis)
    label = str(Basis(component.basis).label)
    parts = []
    if band.base_fen:
        parts.append(str(yuan(band.base_fen)))
    if component.basis in MONEY_BASES and band.rate_ppm:
        of = yuan(max(0, basis - band.beyond))
        parts.append(
            _("%(rate)s %% of %(of)s (%(what)s)")
            % {"rate": percent(band.rate_ppm), "of": of, "what": label}
        )
    elif band.inc_fen:
        begun = steps_begun(basis, band.beyond, band.step)
        parts.append(
            _("%(n)d × %(price)s (%(what)s)")
            % {"n": begun, "price": yuan(band.inc_fen), "what": component.extra or label}
        )
    how = " + ".join(parts) or "0.00"
    if line.fen == component.min_fen:
        how = _("at least %(least)s (%(how)s)") % {"least": yuan(line.fen), "how": how}
    elif line.fen == component.max_fen:
        how = _("at most %(most)s (%(how)s)") % {"most": yuan(line.fen), "how": how}
    return how


def _basis_of(basis: Basis, extra: str, shipment: Shipment, rated: Rated, line: Line) -> int:
    """What the line was computed on."""
    before = rated.lines[: rated.lines.index(line)]
    freight = sum(
        one.fen for one in before if one.kind in (ComponentKind.FREIGHT, ComponentKind.MINIMUM)
    )
    so_far = sum(one.fen for one in before)
    return basis_of(basis, extra, shipment, rated.quantity, freight, so_far)


def percent(rate_ppm: int) -> str:
    """125000 → “12.5”."""
    return f"{rate_ppm / 10_000:.4f}".rstrip("0").rstrip(".")
