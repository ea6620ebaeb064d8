"""Places as scans name them, told again in words of our own (TRK-10). Pure.

Whoever has proved nothing is shown no word that a sender wrote: a place is composed of an area of
the table and a kind of site from the list below. What stands between them (a road, an estate, a
shop, somebody's name) is left out, so nothing personal can pass, however it is written.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from apps.core.areas import Area, Level, area_of, areas_named
from apps.core.masking.name_words import FAMILIES

# What a site is called, and the word we say for it; the longest that fits counts.
_KINDS: Final = (
    (r"转运中心|中转中心|中转[部站场仓]|枢纽(?:中心)?", "转运中心"),
    (r"分拨中心|分拨[点站仓场部]|区域分拨", "分拨中心"),
    (r"集散(?:中心|[点站])", "集散中心"),
    (r"分拣中心|分拣[点站场部]", "分拣中心"),
    (r"(?:速递|邮件)?处理中心|邮区中心(?:局)?", "处理中心"),
    (r"航空(?:部|站|枢纽|中心)|机场|空港", "机场"),
    (r"口岸|海关|国际交换站", "口岸"),
    (r"仓库|云仓|前置仓|配送仓|仓配中心|物流园|物流中心|配送中心", "物流中心"),
    (r"驿站|代收点|代办点|自提[点站]|取件点|便民寄存(?:点|分部)|便利店|超市|门店|妈妈店", "取件点"),
    (r"(?:快递|智能|自提|储物|寄存|丰巢)柜|柜机|丰巢|速递易", "快递柜"),
    (r"营业[部点厅所站]|网点|站点|分公司|公司|分部|支局|揽投部|投递[部站]|服务[点部站]|邮政所|邮局|[一二三四五六七八九十]部|本部|站", "营业点"),
)  # fmt: skip
_KIND = re.compile("|".join(f"({pattern})" for pattern, _word in _KINDS))
_HUBS: Final = frozenset(word for _pattern, word in _KINDS[:8])
_PICKUP_KINDS: Final = frozenset({"取件点", "快递柜"})
# Where a site's name ends in running text.
_TAIL = re.compile(r"[^\s，,；;:：|】\]）)（(【\[。/已正进在到离的由快被、]{0,24}")
_BRACKET = re.compile(r"[【\[]\s*([^】\]]{2,60}?)\s*[】\]]")
_ONWARD = re.compile(
    r"(?:(?:(?:即将|正|将|准备|已)?(?:发往|发出到|运往|前往|送往|开往|寄往|(?:中?转|转运|发)(?:至|往))|下一站(?:是|为)?|(?:转运)?目的地|[-—]*[>→])\s*[:：]?\s*)+"
)
_AROUND: Final = " 【[】]|,，"
_BEHIND = re.compile(r"上一站.*$")
_PEOPLE = re.compile(
    r"签收人|代收人|收件人|取件人|寄件人|发件人|派[件送](?:人|员|业务员)|投递员|快递员|揽[投收]员|收件员|业务员|联系|电话|手机"
)
# A town named in passing is where the parcel is only after one of these.
_MOVING = re.compile(r"(?:到达|抵达|离开|(?<!寄)到|[在由从])\s*[【\[]?\s*")
# 玉林家, 乐山先生, 安康代收: said of somebody, whatever town is called the same.
_SOMEBODYS = re.compile(
    r"\s*(?:(?:的|姥[姥爷]|爷爷|奶奶|外[婆公]|表?[哥弟姐妹]+|叔叔|阿姨|亲戚|朋友|同事)?家|手[里中上]|处|那[里儿]|先生|女士|小姐|师傅|老师|同学"
    r"|[哥姐叔姨嫂婶总]|阿姨|本人|已?代[签收领取]|签字|亲[签收]|[（(:：]?\s*1[3-9]\d)|[\s:：]{0,2}已收(?![入件寄到取发])"
    r"|已?(?:签收|收(?![入件寄到取发])|[取带拿领]走|转交)"
)
# Said of where it goes, not of where it is.
_GOES = re.compile(r"[送寄改退至往派]到?\s*$")
# 北京市朝阳区望京街9号: an address goes on, and its district is where somebody lives.
_GOES_ON = re.compile(r"[0-9A-Za-z]|(?![已正进在到离的由快被发派揽签完收])[\u4e00-\u9fff]")
_LONGEST_NAME = 15
_FULL: Final = "省市区县州盟旗"
# 南京东路, 中山二路, 北京街道: streets of other towns, called after one.
_STREET = re.compile(r"[东南西北中]?[一二三四五六七八九十]?[路街]|[东南西北中]?大[道街]")
# Towns that are also what people are called stand bare in a bracket like anybody's name.
_FAMILY = frozenset(FAMILIES + "安白常温成鲁乐宁吉平包左")


@dataclass(frozen=True, slots=True)
class Place:
    """A city, perhaps a district of it, and the kind of site; everyday names, any but ``city``
    may be empty. ``is_sure`` where it can be nothing but a place."""

    city: str
    district: str = ""
    kind: str = ""
    is_sure: bool = True

    @property
    def name(self) -> str:
        """``广州番禺集散中心``. Of a pick-up point the district is left out: it is where the
        consignee lives."""
        district = "" if self.kind in _PICKUP_KINDS else self.district
        return f"{self.city}{district}{self.kind}"


@lru_cache(maxsize=4096)
def read_place(text: str) -> Place | None:
    """The place that a field says: ``广东省深圳市宝安区沙井共和分部`` → 深圳宝安营业点. None where no
    area of the table stands at its beginning."""
    return _nobodys(text.strip(_AROUND), 0)


def city_named(text: str) -> str:
    """``上海`` for ``上海市`` and for a whole address that begins with it; empty for what is no city
    of the table. Customers write more into a field for a city than a city (TRK-10)."""
    place = read_place(text) if text else None
    return place.city if place else ""


@lru_cache(maxsize=4096)
def places_of(text: str) -> tuple[Place | None, Place | None]:
    """(where it was, where it goes next) as a scan's text says; None for what it does not say."""
    text = _BEHIND.sub("", text)
    head, *rest = _ONWARD.split(text, maxsplit=1)
    before_people = _PEOPLE.split(head, maxsplit=1)[0]
    return _here(before_people) or _spelt_out(head, before_people), _onward(
        rest[0]
    ) if rest else None


def is_somebody(place: Place, names: Iterable[str]) -> bool:
    """Towns are also what people are called: 安康 is not shown where 李安康 is the consignee."""
    return not place.kind and any(place.city in name for name in names if name)


def _onward(text: str) -> Place | None:
    return _nobodys(_PEOPLE.split(text, maxsplit=1)[0].strip(_AROUND), 0)


def _here(text: str) -> Place | None:
    found = [_nobodys(text, match.end()) for match in _MOVING.finditer(text)]
    found += [
        _in_bracket(match[1])
        for match in _BRACKET.finditer(text)
        if not _SOMEBODYS.match(text, match.end())
    ]
    found.append(_at_start(text))
    named = [place for place in found if place is not None]
    return next((place for place in named if place.kind), named[0] if named else None)


def _spelt_out(text: str, before_people: str) -> Place | None:
    """A city by its full name where nothing else says that a place follows: 客户签收 海口市龙华区.
    In brackets nobody is called so, whoever was named before."""
    for match in _BRACKET.finditer(text, len(before_people)):
        place = _read_at(match[1], 0)
        if place and match[1].startswith(f"{place.city}市"):
            # Without a site it may be where the consignee lives: the city is enough.
            return place if place.kind else Place(place.city)
    for match in re.finditer("市", before_people):
        for start in range(max(0, match.start() - _LONGEST_NAME), match.start() - 1):
            city = next(
                (a for a in areas_named(before_people[start : match.end()]) if a.is_city), None
            )
            if city is not None and not _GOES.search(before_people[:start]):
                return Place(city.short)
    return None


def _nobodys(text: str, start: int) -> Place | None:
    """A place at ``start``, unless only its name says so and the words behind it are of a person."""
    place = _read_at(text, start)
    if place is None or place.is_sure:
        return place
    behind = text.find(place.city, start) + len(place.city)
    while text[behind : behind + 1] in ("】", "]"):
        behind += 1
    return None if _SOMEBODYS.match(text, behind) else place


def _in_bracket(text: str) -> Place | None:
    place = _read_at(text, 0)
    return place if place and (place.is_sure or text[0] not in _FAMILY) else None


def _at_start(text: str) -> Place | None:
    """A text that begins with its place: the name has to end, or say more than a short name."""
    text = text.strip()
    place = _nobodys(text, 0)
    if place is None or place.is_sure:
        return place
    rest = text[len(place.city) :]
    return place if not rest or rest[0] in " |/:：，,·-" else None


def _read_at(text: str, start: int) -> Place | None:
    province, at = _take(text, start, "", provinces=True)
    city, at = _take(text, at, province.code[:2] if province else "")
    district = None
    if city is not None and city.level != Level.DISTRICT:
        within = city.city_code[:2] if city.level == Level.PROVINCE else city.code[:4]
        district, after = _take(text, _past_company(text, at), within, districts=True)
        at = after if district else at
    elif city is None:
        district, at = _take(text, at, province.code[:2] if province else "", districts=True)
        city = _city_of(district)
    if city is None:
        return _hub_of_a_town(text, start)
    full = text[start:at].endswith(tuple(_FULL))
    kind = _kind_in(text[at:])
    sure = full or bool(kind) or district is not None or province is not None
    own = district is not None and district.code == city.code
    is_address = not kind and _GOES_ON.match(text, at)
    named = "" if district is None or own or is_address else district.short
    return Place(city.short, named, kind, sure)


def _hub_of_a_town(text: str, start: int) -> Place | None:
    """昆山转运中心: towns below a city that carriers name without it, where a hub is named."""
    for length in range(min(_LONGEST_NAME, len(text) - start), 1, -1):
        name = text[start : start + length]
        towns = [area for area in areas_named(name) if area.level == Level.DISTRICT]
        kind = _kind_in(text[start + length :]) if len(towns) == 1 else ""
        city = _city_of(towns[0]) if kind in _HUBS and towns[0].name.endswith("市") else None
        if city is not None:
            return Place(city.short, towns[0].short, kind)
    return None


def _take(
    text: str, at: int, within: str, *, provinces: bool = False, districts: bool = False
) -> tuple[Area | None, int]:
    """The longest name at ``at`` of an area whose code begins with ``within``, and where it ends."""
    for length in range(min(_LONGEST_NAME, len(text) - at), 1, -1):
        name = text[at : at + length]
        if name[-1] not in _FULL and _STREET.match(text, at + length):
            continue
        for area in areas_named(name):
            if area.code.startswith(within) and _fits(area, name, provinces, districts, within):
                return area, at + length
    return None, at


def _fits(area: Area, name: str, provinces: bool, districts: bool, within: str) -> bool:
    if provinces:
        return area.level == Level.PROVINCE and not area.is_city
    if not districts:
        return area.is_city
    # Without its city, a county is known by its full name only, behind its province by any, and
    # only where no other has it.
    alone = len(within) < 4 and area.city_code[:2] != within
    if alone or (len(within) == 2 and area.city_code[2:] != "0000"):
        called = name == area.name or bool(within)
        return area.level == Level.DISTRICT and called and _is_unique(name, within)
    return area.level == Level.DISTRICT


def _past_company(text: str, at: int) -> int:
    """``广东深圳公司宝安区``: some carriers put the branch between city and district."""
    company = re.compile(r"分?公司").match(text, at)
    return company.end() if company else at


def _is_unique(name: str, within: str) -> bool:
    return sum(other.code.startswith(within) for other in areas_named(name)) == 1


def _city_of(district: Area | None) -> Area | None:
    return area_of(district.city_code) if district else None


def _kind_in(rest: str) -> str:
    """The word for the last site named before the name ends."""
    segment = _TAIL.match(rest)
    found = [
        _KINDS[(m.lastindex or 1) - 1][1] for m in _KIND.finditer(segment[0] if segment else "")
    ]
    # 转运中心公司 is a hub, 共和便利店分部 a pick-up point: 公司 and 分部 say less than any other.
    telling = [kind for kind in found if kind != _KINDS[-1][1]]
    return (telling or found or [""])[-1]
