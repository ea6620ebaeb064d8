"""The place that a scan text names in brackets, if it names one."""

import re
from typing import Final

from apps.tracking.scan_texts.keepers import CARRIER, COURIER, COURTESY

_CITY = re.compile(r"^\s*[【\[]?\s*([\u4e00-\u9fff]{2,8}?市)\s*[】\]|]")
_BRACKET = re.compile(r"[【\[]([^】\]]{2,60})[】\]]")
# A courier with a phone, words said to the reader, how it was signed: none is a place.
_NO_PLACE = re.compile(
    r"\d{5}|/|[请您:：，,。！!]|签收|评价|好评|五星|电话|号码|提示|取件|感谢|草签|拍照|图片|照片|^本人$|^已"
)
# Before the bracket: it names a person, or who signed.
_PERSON_BEFORE = re.compile(
    rf"(?:签收|签收人|收件人|收货人|代收人|代签人|寄件人|发件人|派件人|取件人|联系人|客户|姓名|签名|{COURIER}|评价|联系|致电)"
    r"\s*(?:[:：是为]\s*)?$"
)
# 由【…】签收, 被【…】取走: whoever does that is no place.
_SIGNED_BY = (re.compile(r"(?:由|被)\s*$"), re.compile(r"\s*(?:已|本人)?(?:代?签|代收|领|取)"))
_SIGNED = re.compile(r"\s*(?:本人)?(?:已)?签收")
_SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
_NAME = re.compile(rf"[{_SURNAMES}][\u4e00-\u9fff·*＊某]{{1,2}}")
_LIKE_A_PLACE = re.compile(r"[省市区县镇乡村路街部点站局所店园场港仓库岛州城]$")


def city_in(text: str) -> str:
    """``深圳市`` of ``【深圳市】…``; empty when the text does not begin so."""
    match = _CITY.match(text)
    return match[1] if match else ""


def place_in(text: str) -> str:
    """The first bracket that is a place and no city; empty when there is none."""
    # As many blanks as it had characters, so that what stands beside a bracket stays beside it.
    told = COURTESY.sub(lambda match: " " * len(match[0]), text)
    for match in _BRACKET.finditer(told):
        named = match[1].strip()
        if not named or named.endswith("市") or _NO_PLACE.search(named):
            continue
        if re.fullmatch(CARRIER, named):
            continue
        if not _is_person(named, told[: match.start()], told[match.end() :]):
            return named
    return ""


def _is_person(named: str, before: str, after: str) -> bool:
    if _PERSON_BEFORE.search(before):
        return True
    if _SIGNED_BY[0].search(before) and _SIGNED_BY[1].match(after):
        return not _LIKE_A_PLACE.search(named)
    return bool(_SIGNED.match(after) and _NAME.fullmatch(named) and not _LIKE_A_PLACE.search(named))
