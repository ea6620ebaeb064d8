"""The table and its look-ups: by code, by full or everyday name. Pure."""

import csv
import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).with_name("gbt2260.csv")
# Provinces whose code ends in a city of the same name: their counties lie directly below.
_MUNICIPALITIES = frozenset({"11", "12", "31", "50", "81", "82"})
_ENDINGS = re.compile(
    r"(?:特别行政区|自治区|自治州|自治县|自治旗|地区|林区|矿区|新区|省|市|盟|县|区|旗)$"
)
_PEOPLES = re.compile(
    r"(?:汉|蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|"
    r"景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|普米|塔吉克|怒|鄂温克|裕固|保安|独龙|各)族.*$"
)
# Everyday names that no rule gives.
_SHORT = {
    "内蒙古自治区": "内蒙古",
    "广西壮族自治区": "广西",
    "宁夏回族自治区": "宁夏",
    "新疆维吾尔自治区": "新疆",
    "西藏自治区": "西藏",
    "克孜勒苏柯尔克孜自治州": "克孜勒苏",
    "博尔塔拉蒙古自治州": "博尔塔拉",
    "巴音郭楞蒙古自治州": "巴音郭楞",
    "伊犁哈萨克自治州": "伊犁",
    "巴里坤哈萨克自治县": "巴里坤",
    "木垒哈萨克自治县": "木垒",
    "察布查尔锡伯自治县": "察布查尔",
    "和布克赛尔蒙古自治县": "和布克赛尔",
    "塔什库尔干塔吉克自治县": "塔什库尔干",
}


class Level(IntEnum):
    """How large an area is."""

    PROVINCE = 1
    CITY = 2
    DISTRICT = 3


@dataclass(frozen=True, slots=True)
class Area:
    """One area. ``short`` is its everyday name (``杭州`` for 杭州市); ``code`` has six digits."""

    code: str
    name: str
    short: str
    level: Level

    @property
    def province_code(self) -> str:
        return f"{self.code[:2]}0000"

    @property
    def city_code(self) -> str:
        """Of the city it is or lies in: of a municipality the municipality; a county that answers
        to its province directly is its own. Empty for a province."""
        if self.code[:2] in _MUNICIPALITIES:
            return self.province_code
        if self.level == Level.PROVINCE:
            return ""
        return self.code if self.code[2] == "9" else f"{self.code[:4]}00"

    @property
    def is_city(self) -> bool:
        """A prefecture, a municipality, or a county that answers to its province."""
        return self.code == self.city_code


def short_name(name: str) -> str:
    """``杭州市`` → ``杭州``, ``恩施土家族苗族自治州`` → ``恩施``; two characters at least remain."""
    if name in _SHORT:
        return _SHORT[name]
    bare = _ENDINGS.sub("", name)
    if bare != name and "族" in bare:
        bare = _PEOPLES.sub("", bare) or bare
    return bare if len(bare) >= 2 else name


def _level(code: str) -> Level:
    if code.endswith("0000"):
        return Level.PROVINCE
    return Level.CITY if code.endswith("00") else Level.DISTRICT


@lru_cache(maxsize=1)
def _table() -> dict[str, Area]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Area(
                row["code"], row["name"], short_name(row["name"]), _level(row["code"])
            )
            for row in csv.DictReader(file)
        }


@lru_cache(maxsize=1)
def _names() -> dict[str, tuple[Area, ...]]:
    named: dict[str, list[Area]] = {}
    for area in _table().values():
        for name in dict.fromkeys((area.name, area.short)):
            named.setdefault(name, []).append(area)
    return {name: tuple(areas) for name, areas in named.items()}


def area_of(code: str) -> Area | None:
    """The area with this code; None for a code that is not in the table."""
    return _table().get(code)


def areas_named(name: str) -> tuple[Area, ...]:
    """Every area with this full or everyday name: 朝阳区 stands in several cities."""
    return _names().get(name, ())
