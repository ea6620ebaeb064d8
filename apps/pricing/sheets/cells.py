"""Cells of a tariff sheet: text ↔ integers and choices. Pure."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.core.areas import area_of, areas_named
from apps.core.errors import BadInput
from apps.core.numbers_typed import not_a_number, plain_figures
from apps.pricing.enums import Basis, Measure
from apps.pricing.rating.amounts import decimal_of, yuan
from apps.pricing.rating.tariff import SAME_CITY, SAME_DISTRICT, SAME_PROVINCE

NOISE = Decimal("1e-9")  # what a spreadsheet's own arithmetic leaves behind
RELATION_WORDS = {
    SAME_DISTRICT: ("同区县", "same district"),
    SAME_CITY: ("同城", "same city"),
    SAME_PROVINCE: ("同省", "same province"),
}
EVERYWHERE = ("全国", "其他", "anywhere", "*", "")
YES, NO = ("是", "yes", "y", "1", "true", "√"), ("否", "no", "n", "0", "false", "")
_CODE = re.compile(r"\d{6}(?!\d)")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?")
_APART = re.compile(r"[\s;,；，、]+")


def wrong(message: str, value: str, code: str = "bad_cell") -> BadInput:
    return BadInput(message % {"value": value[:60]}, code=code)


def whole(text: str, parts: int) -> int:
    """``text`` × ``parts`` as an integer; what is finer is refused (``too_fine``)."""
    figures = plain_figures(text.strip().rstrip("%％"))
    if figures is None:
        raise BadInput(not_a_number(text), code="bad_number")
    number = decimal_of(figures)
    near = number.quantize(NOISE) * parts
    if near != near.to_integral_value():
        raise wrong(_("“%(value)s” has more decimals than count here."), text, "too_fine")
    return int(near)


def fen_of(text: str) -> int:
    return whole(text, 100)


def share_of(text: str) -> int:
    """Per cent → millionths."""
    return whole(text, 10_000)


def factor(measure: str) -> int:
    """Of a quantity in a sheet (kg, km, pallet-days) to what the engine counts."""
    return 1 if measure == Measure.STORAGE else 1000


def basis_factor(basis: str) -> int:
    """The same for a component's limits: yuan → fen, kg → g, anything else as it is."""
    if basis in (Basis.FREIGHT, Basis.SO_FAR, Basis.INSURED, Basis.COD):
        return 100
    return 1000 if basis == Basis.WEIGHT else 1


def plain(value: int | None, parts: int) -> Decimal | int | None:
    """An integer as it stands in the sheet."""
    if value is None or parts == 1:
        return value
    number = Decimal(value) / parts
    return int(number) if number == number.to_integral_value() else number.normalize()


def money(value: int | None) -> Decimal | None:
    return None if value is None else yuan(value)


def choice_of(kinds: Any, text: str) -> Any:
    """By its code or by its label in any language."""
    typed = text.strip().casefold()
    for kind in kinds:
        if typed in {kind.value.casefold(), *labels(kind)}:
            return kind
    names = "、".join(str(kind.label) for kind in kinds)
    message = _("“%(value)s” is none of: %(names)s.") % {"value": text[:60], "names": names}
    raise BadInput(message, code="bad_choice")


def labels(kind: Any) -> set[str]:
    found = set()
    for code, _name in settings.LANGUAGES:
        with override(code):
            found.add(str(kind.label).casefold())
    return found


def yes(text: str) -> bool:
    typed = text.strip().casefold()
    if typed in YES or typed in NO:
        return typed in YES
    raise wrong(_("“%(value)s” is neither yes nor no."), text)


def day_of(text: str) -> date:
    found = _DAY.fullmatch(text.strip())
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise wrong(_("“%(value)s” is no day; write it like 2026-12-01."), text)


def area_code(text: str) -> str:
    """“310000 上海市”, its code or its name; "" for everywhere."""
    typed = text.strip()
    if typed.casefold() in EVERYWHERE:
        return ""
    if found := _CODE.match(typed):
        return found.group()
    named = areas_named(typed)
    if len(named) > 1:
        full = [area for area in named if area.name == typed]
        # 上海 is the municipality, not the street of that name; 吉林 the province.
        named = tuple(full) if len(full) == 1 else named
    if len(named) != 1:
        message = (
            _("“%(value)s” is several areas: write the code.")
            if named
            else _("“%(value)s” is no area that is known.")
        )
        raise wrong(message, text, "area_unknown")
    return named[0].code


def destination_code(text: str) -> str:
    typed = text.strip().casefold()
    for code, words in RELATION_WORDS.items():
        if typed in (code, *words):
            return code
    return area_code(text)


def area_cell(code: str) -> str:
    """As the sheet shows it: “310000 上海市”."""
    area = area_of(code)
    return f"{code} {area.name}" if area else code


def pieces(text: str) -> list[str]:
    return [one for one in _APART.split(text.strip()) if one]


def area_codes(text: str) -> frozenset[str]:
    """Several, each a code or a name; the names behind the codes are read over."""
    codes = _CODE.findall(text)
    return frozenset(codes or [area_code(one) for one in pieces(text)])
