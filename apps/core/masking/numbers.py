"""The numbers in a text that belong to a person: phones, identity cards, codes, rooms. Pure."""

import re

from apps.core.masking.spelling import hide, stars

_GAP = r"[\s.\-·_—–/]{0,2}"
_ID_CARD = re.compile(
    r"(?<!\d)\d{6}\s?(?:19|20)\d{2}\s?(?:0[1-9]|1[0-2])\s?\d{2}\s?\d{3}\s?[\dXx](?!\d)"
)
_MOBILE = rf"(?<![0-9A-Za-z])(?P<country>\+?86[-\s]?)?1[3-9]\d(?:{_GAP}\d){{8}}(?!\d)"
_LANDLINE = (
    rf"(?<![0-9A-Za-z])\(?0\d{{2,3}}\)?{_GAP}\d{{3,4}}[-\s]?\d{{3,4}}"
    r"(?:\s?(?:-|转|分机|ext\.?)\s?\d{1,6})?(?!\d)"
)
_ABROAD = rf"\+\d{{1,3}}(?:{_GAP}\d){{6,12}}(?!\d)"
_AMERICAN = r"(?<![0-9A-Za-z])\(?\d{3}\)?[-.\s]\d{3}[-.\s]\d{4}(?!\d)"
PHONE = re.compile(f"{_MOBILE}|{_LANDLINE}|{_ABROAD}|{_AMERICAN}")
_SAID_PHONE = re.compile(
    rf"(?P<say>(?:电话|手机|座机|致电|联系方式|\b(?:tel|phone|mobile|call)\b)[^\d\n]{{0,6}})(?P<number>\d(?:{_GAP}\d){{6,14}})(?!\d)",
    re.I,
)
_ENDS = re.compile(
    r"(?P<say>(?:尾号|末四位|后四位|后4位|last (?:four|4)(?: digits)?)[^\d\n]{0,4})(?P<number>\d{4})(?!\d)",
    re.I,
)
_CODE = re.compile(
    r"(?P<say>(?:取[件货]码|提货码|开[箱柜]码|验证码|门禁|密码|口令|暗号|pass(?:word|code)|(?:pick-?up |door |gate )?code)"
    r"[^0-9A-Za-z\n，。；]{0,6})(?P<number>[0-9A-Za-z](?:[0-9A-Za-z#*]|[-\s](?=\d)){2,15})",
    re.I,
)
_CHAT_NAME = re.compile(
    r"(?P<say>(?:微信|企微|\b(?:we ?chat|vx|wx|qq))(?:号|id)?[^0-9A-Za-z\n]{0,4})(?P<number>[0-9A-Za-z][\w-]{3,30})",
    re.I,
)
_EMAIL = re.compile(r"([A-Za-z0-9._%+-])[A-Za-z0-9._%+-]*(@[A-Za-z0-9.-]+\.[A-Za-z]{2,})")
# 建国路88号3单元502室, 5号楼1203室, 88 Jianguo Road: from the street's name on, or from the building on.
_UNIT = r"(?:\s*第?[0-9A-Za-z一二三四五六七八九十-]{1,6}\s?(?:号楼|号院|栋|幢|座|单元|楼|层|室|号|门|户))"
_ADDRESS = re.compile(
    r"[\u4e00-\u9fff]{0,2}(?:路|街|大道|巷|弄|胡同)\s*\d{1,5}(?:[-—]\d{1,4})?"
    rf"\s?(?:号楼|号院|[号弄]){_UNIT}*(?:\s?\d{{3,4}}(?!\d))?"
    rf"|(?<![0-9A-Za-z])\d{{1,4}}\s?(?:号楼|栋|幢|座|单元){_UNIT}*(?:\s?\d{{3,4}}(?!\d))?"
    r"|(?<![0-9A-Za-z])\d{3,4}\s?(?:室|号房|房间)"
    r"|(?<![0-9A-Za-z])\d{1,5} (?:[A-Z][a-z]+ ){1,3}(?:Road|Rd|Street|St|Avenue|Ave|Lane)\b"
    r"|\b(?:[Rr]oom|[Ff]lat|[Aa]pt\.?|[Aa]partment|[Uu]nit|[Ss]uite) ?#? ?\d[0-9A-Za-z-]{0,6}\b"
)
_NUMBERED = re.compile(r"(?P<number>[一二三四五六七八九十]{1,3})(?P<kind>号楼|单元|号院)")


def hide_numbers(text: str, *, shows_codes: bool = False) -> str:
    """Stars for what belongs to a person; the first three digits of a phone stay.

    ``shows_codes`` for the consignee: the code that opens the locker is theirs to read, and so
    are the address of the point where the parcel waits and the courier's phone.
    """
    text = hide(_ID_CARD, text, lambda _m, said: stars(said, keep=4))
    text = hide(PHONE, text, lambda m, said: _phone(m, said, text if shows_codes else ""))
    if not shows_codes:
        text = hide(_SAID_PHONE, text, _said)
        text = hide(_CODE, text, _said)
        text = hide(_ADDRESS, text, lambda _m, _said: "***")
    text = hide(_ENDS, text, _said)
    text = hide(_CHAT_NAME, text, _said)
    text = _EMAIL.sub(r"\1***\2", text)
    return _NUMBERED.sub(lambda m: "*" * len(m["number"]) + m["kind"], text)


_COURIERS = re.compile(
    r"快递员|派[件送](?:员|人)|投递员|揽[投收]员|业务员|小哥|驿站|网点|站点|代收点|便利店|超市|柜|门店|客服|投诉|疑问|courier|station",
    re.I,
)
_PARTIES = re.compile(r"客户|顾客|收件|寄件|发件|签收人|代收人|取件人|consignee|sender", re.I)
_CLAUSE = 40


def _phone(match: re.Match[str], said: str, whole: str) -> str | None:
    before = whole[max(0, match.start() - _CLAUSE) : match.start()]
    couriers = [found.end() for found in _COURIERS.finditer(before)]
    parties = [found.end() for found in _PARTIES.finditer(before)]
    if couriers and couriers[-1] > (parties[-1] if parties else -1):
        return None
    country = match["country"] or ""
    return stars(said[len(country) :], keep=3)


def _said(match: re.Match[str], said: str) -> str:
    start = match.start("number") - match.start()
    return said[:start] + stars(said[start:])
