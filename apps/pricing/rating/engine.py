"""The price of a shipment by a compiled tariff. Pure, total, integers: a price or a named refusal."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from apps.core.areas import area_of
from apps.pricing.enums import Basis, ComponentKind, Measure, OverMax, RoundMode
from apps.pricing.rating.amounts import half_up, shares
from apps.pricing.rating.bands import fee_of
from apps.pricing.rating.compiling import Compiled, Fee, Table
from apps.pricing.rating.refusals import Unrated
from apps.pricing.rating.shipment import Shipment
from apps.pricing.rating.weights import Weighed, weigh
from apps.pricing.rating.zones import around


class Line(NamedTuple):
    """One line of the price, in fen; it becomes one charge."""

    kind: ComponentKind
    code: str
    fen: int
    tax_class: str


class Part(NamedTuple):
    """So many things (the whole shipment, or equal pieces) of one weight, and the freight of one."""

    pieces: int
    weighed: Weighed
    segment: int
    fen: int


class Rated(NamedTuple):
    """``gross_fen`` is the sum of ``lines``. ``zone`` is the vehicle where distance is measured, and
    ``quantity`` what was charged for: grams, metres or pallet-days; 0 for a quote."""

    gross_fen: int
    lines: tuple[Line, ...]
    zone: str
    quantity: int
    parts: tuple[Part, ...]
    sha256: str


def rate(tariff: Compiled, shipment: Shipment) -> Rated:
    """Raises Unrated, saying which zone, band or fact is missing."""
    _check(shipment)
    zone, quantity, parts = "", 0, ()  # type: tuple[str, int, tuple[Part, ...]]
    if shipment.quoted_fen is None:
        zone, parts = _parts(tariff, shipment)
        quantity = sum(part.pieces * part.weighed.chargeable_g for part in parts)
        freight = sum(part.pieces * part.fen for part in parts)
    else:
        freight = shipment.quoted_fen
    lines = _lines(tariff, shipment, zone, quantity, freight)
    return Rated(
        sum(line.fen for line in lines), tuple(lines), zone, quantity, parts, tariff.sha256
    )


def rate_many(pairs: Iterable[tuple[Compiled, Shipment]]) -> Iterator[Rated | Unrated]:
    """One answer for each, in the same order; a refusal does not hold up the rest."""
    for tariff, shipment in pairs:
        try:
            yield rate(tariff, shipment)
        except Unrated as refusal:
            yield refusal


def _check(shipment: Shipment) -> None:
    """Integers of a sane sign, or it is refused: a float has lost something already."""
    figures = (
        shipment.weight_g,
        shipment.volume_mm3,
        shipment.insured_fen,
        shipment.cod_fen,
        shipment.distance_m,
        shipment.pallet_days,
        shipment.quoted_fen or 0,
    )
    for figure in figures:
        if type(figure) is not int:
            raise TypeError("a price is asked for in integer grams, metres and fen")
        if figure < 0:
            raise Unrated(_("A weight, distance or amount below 0 has no price."), code="negative")
    if type(shipment.pieces) is not int or shipment.pieces < 1:
        raise Unrated(_("A shipment has one piece at least."), code="no_pieces")
    for quantity in shipment.extras.values():
        if type(quantity) is not int or quantity < 0:
            raise Unrated(_("An extra is asked for 0 times or more."), code="negative")


# --- freight ---------------------------------------------------------------------------------------


def _parts(tariff: Compiled, shipment: Shipment) -> tuple[str, tuple[Part, ...]]:
    measure = tariff.tariff.measure
    if measure == Measure.WEIGHT:
        zone = _zone(tariff, shipment)
        table = _table(tariff, zone)
        weights = _weights(tariff, shipment)
        return zone, tuple(_part(tariff, table, count, weighed) for count, weighed in weights)
    if measure == Measure.DISTANCE:
        zone, quantity = shipment.vehicle, shipment.distance_m
        if zone not in tariff.tables:
            raise Unrated(
                _("The tariff has no price for vehicle “%(vehicle)s”.") % {"vehicle": zone or "—"},
                code="no_vehicle",
            )
    else:
        zone, quantity = _zone(tariff, shipment), shipment.pallet_days
    if not quantity:
        raise Unrated(
            _("The %(what)s is not known yet.") % {"what": Measure(measure).label},
            code="no_quantity",
        )
    weighed = Weighed(quantity, 0, quantity)
    return zone, (_part(tariff, _table(tariff, zone), 1, weighed),)


def _zone(tariff: Compiled, shipment: Shipment) -> str:
    rule = tariff.rule_for(shipment.origin, shipment.destination)
    if rule is None:
        names = {"to": place(shipment.destination), "from": place(shipment.origin)}
        message = _("The tariff has no zone for %(to)s (from %(from)s).")
        raise Unrated(message % names, code="no_zone")
    return rule.zone


def place(code: str) -> str:
    """What people call an area; “—” where it is not known."""
    area = area_of(code)
    return area.name if area else code or "—"


def _table(tariff: Compiled, zone: str) -> Table:
    table = tariff.tables.get(zone)
    if table is None:
        message = _("The tariff has no price for zone “%(zone)s”.")
        raise Unrated(message % {"zone": tariff.tariff.zones.get(zone) or zone}, code="no_band")
    return table


def _weights(tariff: Compiled, shipment: Shipment) -> list[tuple[int, Weighed]]:
    """What is rounded and priced by itself: the whole, or each piece. Pieces that were not weighed
    one by one share the whole in integers that add up to it."""
    weight, volume = shipment.weight_g, shipment.volume_mm3
    if shipment.parcels:
        if any(p.weight_g <= 0 or p.volume_mm3 < 0 for p in shipment.parcels):
            raise Unrated(_("A piece without weight has no price."), code="no_weight")
        if tariff.per_piece:
            return [(1, weigh(tariff.tariff, *parcel)) for parcel in shipment.parcels]
        weight = sum(parcel.weight_g for parcel in shipment.parcels)
        volume = sum(parcel.volume_mm3 for parcel in shipment.parcels)
    if not weight:
        raise Unrated(_("The weight is not known yet."), code="no_weight")
    if tariff.per_piece and shipment.pieces > 1:
        each = volume // shipment.pieces
        if weight < shipment.pieces:
            raise Unrated(_("A piece without weight has no price."), code="no_weight")
        return [(n, weigh(tariff.tariff, g, each)) for g, n in shares(weight, shipment.pieces)]
    return [(1, weigh(tariff.tariff, weight, volume))]


def _part(tariff: Compiled, table: Table, count: int, weighed: Weighed) -> Part:
    quantity = weighed.chargeable_g
    heaviest = tariff.tariff.heaviest
    if heaviest is not None and quantity > heaviest:
        message = _("%(it)s is above what the tariff takes (%(most)s).")
        amounts = {"it": measured(tariff, quantity), "most": measured(tariff, heaviest)}
        raise Unrated(message % amounts, code="too_heavy")
    number = table.at(quantity)
    return Part(count, weighed, number, table.price(number, quantity))


def measured(tariff: Compiled, quantity: int) -> str:
    """A quantity as people write it: “10.5 kg”, “12 km”, “3 pallet-days”."""
    if tariff.tariff.measure == Measure.STORAGE:
        return str(_("%(n)d pallet-days") % {"n": quantity})
    unit = "kg" if tariff.tariff.measure == Measure.WEIGHT else "km"
    text = f"{quantity / 1000:,.3f}".rstrip("0").rstrip(".")
    return f"{text} {unit}"


# --- components ------------------------------------------------------------------------------------


def _lines(
    tariff: Compiled, shipment: Shipment, zone: str, quantity: int, freight: int
) -> list[Line]:
    terms = tariff.tariff
    rounded = _round(freight, terms.freight_step_fen, terms.round_mode)
    lines = [Line(ComponentKind.FREIGHT, "freight", rounded, terms.tax_class)]
    if rounded < terms.min_fen and shipment.quoted_fen is None:
        missing = terms.min_fen - rounded
        lines.append(Line(ComponentKind.MINIMUM, "minimum", missing, terms.tax_class))
    freight = so_far = sum(line.fen for line in lines)
    for fee in tariff.fees:
        component = fee.component
        basis = basis_of(component.basis, component.extra, shipment, quantity, freight, so_far)
        if basis <= 0 or not _applies(fee, shipment, zone):
            continue
        amount = _amount(fee, basis)
        if amount:
            lines.append(Line(component.kind, component.code, amount, component.tax_class))
            so_far += amount
    if so_far < 0:
        raise Unrated(_("The discounts are greater than the price."), code="below_zero")
    rounding = _round(so_far, terms.total_step_fen, terms.round_mode) - so_far
    if rounding:
        lines.append(Line(ComponentKind.ROUNDING, "rounding", rounding, terms.tax_class))
    return lines


def basis_of(
    basis: Basis, extra: str, shipment: Shipment, quantity: int, freight: int, so_far: int
) -> int:
    if basis == Basis.FREIGHT:
        return freight
    if basis == Basis.SO_FAR:
        return so_far
    if basis == Basis.INSURED:
        return shipment.insured_fen
    if basis == Basis.COD:
        return shipment.cod_fen
    if basis == Basis.EXTRA:
        return shipment.extras.get(extra, 0)
    if basis == Basis.PIECES:
        return len(shipment.parcels) or shipment.pieces
    return quantity if basis == Basis.WEIGHT else 1


def _applies(fee: Fee, shipment: Shipment, zone: str) -> bool:
    component = fee.component
    if component.zones and zone not in component.zones:
        return False
    return not component.areas or not component.areas.isdisjoint(around(shipment.destination))


def _amount(fee: Fee, basis: int) -> int:
    component = fee.component
    amount = fee_of(fee.band(basis), basis)
    if component.min_fen is not None and amount < component.min_fen:
        return component.min_fen
    if component.max_fen is not None and amount > component.max_fen:
        if component.over_max == OverMax.REFUSE:
            message = _("“%(name)s” comes to more than it may (%(most)s): ask finance.")
            most = f"{component.max_fen / 100:.2f}"
            name = component.name or component.kind.label
            raise Unrated(message % {"name": name, "most": most}, code="above_maximum")
        return component.max_fen
    return amount


def _round(amount: int, step: int, mode: RoundMode) -> int:
    if step == 1:
        return amount
    if mode == RoundMode.UP:
        return -(-amount // step) * step
    if mode == RoundMode.DOWN:
        return amount // step * step
    return half_up(amount, step) * step
