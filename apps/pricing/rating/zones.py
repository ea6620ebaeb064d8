"""Which zone a shipment goes to: the most specific rule decides. Pure."""

from collections.abc import Mapping
from functools import lru_cache

from apps.core.areas import area_of
from apps.pricing.rating.tariff import ANYWHERE, SAME_CITY, SAME_DISTRICT, SAME_PROVINCE, ZoneRule


@lru_cache(maxsize=8192)
def around(code: str) -> tuple[str, str, str]:
    """(district, city, province) of a code of GB/T 2260; "" where it is less precise, or unknown."""
    area = area_of(code)
    if area is None:
        return "", "", ""
    district = area.code if area.code not in (area.city_code, area.province_code) else ""
    return district, area.city_code, area.province_code


def find_rule(
    rules: Mapping[tuple[str, str], ZoneRule], origin: str, destination: str
) -> ZoneRule | None:
    """``rules`` by (destination, origin). A district before its city before its province before
    anywhere; at each the rule that names it before the one that says “the same as the origin”; among
    these the most specific origin."""
    there, here = around(destination), around(origin)
    origins = [*(code for code in here if code), ANYWHERE]
    relations = (SAME_DISTRICT, SAME_CITY, SAME_PROVINCE)
    for code, own, relation in zip(there, here, relations, strict=True):
        # A municipality is named as the province it is too: 同城 comes before it.
        named = [] if relation == SAME_CITY and code == there[2] else [code]
        wanted = [*named, relation] if code == own else named
        if found := code and _first(rules, wanted, origins):
            return found
    return _first(rules, [ANYWHERE], origins)


def _first(
    rules: Mapping[tuple[str, str], ZoneRule], destinations: list[str], origins: list[str]
) -> ZoneRule | None:
    keys = ((to, start) for to in destinations for start in origins)
    return next((rules[key] for key in keys if key in rules), None)
