"""Place and time as somebody types them: checked, and cities as waybills may spell them. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from apps.core.areas import Area, area_of, areas_named
from apps.core.errors import BadInput
from apps.incidents.enums import Leg
from apps.incidents.inputs import Where

_BETWEEN = re.compile(r"[\s,，、;；/]+")


def cities_in(text: str) -> list[str]:
    """The cities of “杭州、嘉兴 湖州市”, by their everyday names, each once. BadInput names what is none."""
    return [_city(word).short for word in dict.fromkeys(_BETWEEN.split(text.strip())) if word]


def _city(word: str) -> Area:
    found = next((area for area in areas_named(word) if area.is_city), None)
    if found is None:
        raise BadInput(
            _("“%(word)s” is no city that we know.") % {"word": word[:20]},
            code="unknown_city",
            field="cities",
        )
    return found


def patterns_of(cities: Sequence[str]) -> list[str]:
    """How waybills may begin that name these cities: 杭州 alone, 杭州市…, 浙江省杭州…, for LIKE."""
    found: list[str] = []
    for short in cities:
        city = _city(short)
        province = area_of(city.province_code)
        found += [city.short, f"{city.name}%"]
        if province is not None and province.code != city.code:
            found += [f"{province.name}{city.short}%", f"{province.short}{city.name}%"]
    return list(dict.fromkeys(found))


def checked_where(where: Where, at: datetime) -> Where:
    """As it is stored; BadInput for no place, a window that ends before it begins or is over, no leg."""
    cities = [_city(word).short for word in where.cities]
    named = bool(cities or where.units or where.carriers)
    if not named and not where.everywhere:
        raise BadInput(
            _("Say where: a city, a unit or a partner."), code="no_place", field="cities"
        )
    if named and where.everywhere:
        raise BadInput(
            _("Either all of the country, or the places you name."),
            code="place_and_everywhere",
            field="everywhere",
        )
    if where.ends_at <= where.starts_at:
        raise BadInput(_("It ends before it begins."), code="ends_before_begin", field="ends_at")
    if where.ends_at <= at:
        raise BadInput(_("This lies in the past."), code="past", field="ends_at")
    legs = [str(leg) for leg in Leg if leg in where.legs]
    if not legs:
        raise BadInput(_("Choose which part of the way is concerned."), code="no_leg", field="legs")
    return replace(where, cities=list(dict.fromkeys(cities)), legs=legs)
