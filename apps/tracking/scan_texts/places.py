"""The place that a scan text names in brackets, if it names one."""

import re

from apps.core.areas import areas_named
from apps.core.masking.name_words import PLACE_ENDS
from apps.tracking.scan_texts.keepers import CARRIER, COURIER, COURTESY, KEEPER

_CITY = re.compile(r"^\s*[【\[]?\s*([\u4e00-\u9fff]{2,8}?市)\s*[】\]|]")
_BRACKET = re.compile(r"[【\[]([^】\]]{2,60})[】\]]")
# A courier with a phone, words said to the reader, how it was signed: none is a place.
_NO_PLACE = re.compile(
    r"\d{5}|/|[请您:：，,。！!]|签收|评价|好评|五星|电话|号码|提示|取件|感谢|公众号|微笑|温馨|草签|拍照|图片|照片|^本人$|^已"
)
# Before the bracket: it names a person, or who signed.
_PERSON_BEFORE = re.compile(
    rf"(?:签收|签收人|收件人|收货人|代收人|代签人|寄件人|发件人|派件人|取件人|联系人|客户|姓名|签名|{COURIER}|评价|联系|致电)"
    r"\s*(?:[:：是为]\s*)?$"
)
# 由【…】签收, 被【…】取走: whoever does that is no place.
_SIGNED_BY = (re.compile(r"(?:由|被)\s*$"), re.compile(r"\s*(?:已|本人)?(?:代?签|代收|领|取)"))
# 【苗壮】正在派件: whoever brings it.
_DELIVERS = re.compile(r"\s*(?:正在派|正在为您|为您派)")
_SIGNED = re.compile(r"\s*(?:本人)?(?:已)?(?:代?[签簽]|代收|领取|取[件走]|为您服务)")
# What people are called, beside what only a person does.
_SHORT = re.compile(r"[\u4e00-\u9fff·*＊某]{2,4}|[A-Za-z .]+")
# A bracket is a place only if it says so: by its end, by a keeper in it, or by an area of the table.
_LIKE_A_PLACE = re.compile(
    rf"(?:[省市区县旗盟镇乡村路街道部点站局所店园场港仓库岛州城组楼厅校院公司{''.join(PLACE_ENDS)}]|中心|枢纽|大厦|超市)(?:[(（][^)）]*[)）]?)?$"
)
_KEEPER = re.compile(KEEPER)
_LONGEST_AREA = 8


def city_in(text: str) -> str:
    """``深圳市`` of ``【深圳市】…``; empty when the text does not begin so."""
    match = _CITY.match(text)
    return match[1] if match else ""


def place_in(text: str) -> str:
    """The first bracket that is a place and no city; empty when there is none."""
    # As many blanks as it had characters, so that what stands beside a bracket stays beside it.
    shown = COURTESY.sub(lambda match: " " * len(match[0]), text)
    for match in _BRACKET.finditer(shown):
        named = match[1].strip()
        if not named or named.endswith("市") or _NO_PLACE.search(named):
            continue
        if re.fullmatch(CARRIER, named):
            continue
        if not _is_person(named, shown[: match.start()], shown[match.end() :]) and _is_a_place(
            named
        ):
            return named
    return ""


def _is_a_place(named: str) -> bool:
    """Everything else that stands in brackets is an advertisement, a hint or somebody."""
    if _LIKE_A_PLACE.search(named) or _KEEPER.search(named):
        return True
    most = min(_LONGEST_AREA, len(named))
    return any(areas_named(named[:end]) for end in range(2, most + 1))


def _is_person(named: str, before: str, after: str) -> bool:
    if _PERSON_BEFORE.search(before):
        return True
    if _SIGNED_BY[0].search(before) and _SIGNED_BY[1].match(after):
        return not _LIKE_A_PLACE.search(named)
    acts = _SIGNED.match(after) or _DELIVERS.match(after)
    return bool(acts and _SHORT.fullmatch(named) and not _LIKE_A_PLACE.search(named))
