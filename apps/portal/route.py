"""The route as a line of at most four stops: where from, what lies behind, where now, where to."""

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.tracking.queries.standards import city_key


class Stop(NamedTuple):
    """``look`` is "passed", "here" or "": drawn full, marked, or dashed."""

    name: str
    note: str
    look: str


def route_stops(
    origin: str, destination: str, cities: Sequence[str], *, picked_up: bool, arrived: bool
) -> list[Stop]:
    """``cities`` are those of the events, oldest first; repeats and blanks are expected.

    ``arrived`` means that nothing more will move: delivered, returned, or waiting to be collected.
    The last stop known is where the shipment is; a shipment that is not picked up is nowhere yet.
    """
    origin, destination = city_key(origin), city_key(destination)
    seen = _without_repeats([origin, *cities] if picked_up else [])
    here = seen[-1] if seen else ""
    start = origin or (seen[0] if seen else _("Sender"))
    end = destination or _("Consignee")
    if not picked_up:
        return [Stop(start, "", "here"), Stop(end, "", "")]
    at_end = arrived or here == end
    between = [city for city in seen[1:] if city not in (start, end)]
    stops = [Stop(start, "", "passed" if between or at_end else "passed here")]
    if at_end:
        stops += _collapsed(between)
        stops.append(Stop(end, "", "passed here"))
        return stops
    stops += _collapsed(between[:-1])
    if between:
        stops.append(Stop(between[-1], _("now here"), "passed here"))
    stops.append(Stop(end, "", ""))
    return stops


def _collapsed(cities: list[str]) -> list[Stop]:
    if len(cities) < 2:
        return [Stop(city, "", "passed") for city in cities]
    n = len(cities)
    return [Stop("···", ngettext("%(n)d stop", "%(n)d stops", n) % {"n": n}, "passed")]


def _without_repeats(cities: Sequence[str]) -> list[str]:
    kept: list[str] = []
    for city in cities:
        name = city_key(city)
        if name and (not kept or kept[-1] != name):
            kept.append(name)
    return kept
