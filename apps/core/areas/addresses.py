"""The area that a city and an address name."""

from functools import lru_cache

from apps.core.areas.table import Level, areas_named

LONGEST_DISTRICT = 11  # characters


def area_in(city: str, address: str) -> str:
    """The code of GB/T 2260 of the district that the address names within the city, else of the city;
    "" for a city that is none."""
    code = city_code(city)
    if not code:
        return ""
    within = code[:2] if code.endswith("0000") else code[:4]
    for start in range(min(len(address), 24)):
        for length in range(LONGEST_DISTRICT, 1, -1):
            for area in areas_named(address[start : start + length]):
                is_inside = area.level == Level.DISTRICT and area.code.startswith(within)
                if is_inside and address.startswith(area.name, start):
                    return area.code
    return code


@lru_cache(maxsize=2048)
def city_code(name: str) -> str:
    return next((area.code for area in areas_named(name.strip()) if area.is_city), "")
