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
_ROOM = re.compile(
    r"(?P<number>[0-9A-Za-z]{1,5}(?:-[0-9A-Za-z]{1,5})*)(?P<kind>\s?(?:号楼|号院|栋|幢|座|单元|室|号房|房间|弄|层|楼)(?!上|下|道))"
    r"|(?P<before>[路街道巷胡同弄里]\s?)(?P<house>\d{1,5}(?:-\d{1,4})?)(?=\s?号)"
    r"|(?P<say>\b(?:flat|apt\.?|apartment|room|unit|suite|floor)\s?#?\s?)(?P<english>\d[0-9A-Za-z-]{0,6})\b",
    re.I,
)
_NUMBERED = re.compile(r"(?P<number>[一二三四五六七八九十]{1,3})(?P<kind>号楼|单元|号院)")


def hide_numbers(text: str, *, shows_codes: bool = False) -> str:
    """Stars for what belongs to a person; the first three digits of a phone stay.

    ``shows_codes`` for the consignee: the code that opens the locker is theirs to read, and so
    is the phone of the courier or of the point where the parcel waits.
    """
    text = hide(_ID_CARD, text, lambda _m, said: stars(said, keep=4))
    text = hide(PHONE, text, lambda m, said: _phone(m, said, text if shows_codes else ""))
    if not shows_codes:
        text = hide(_SAID_PHONE, text, _said)
        text = hide(_CODE, text, _said)
    text = hide(_ENDS, text, _said)
    text = hide(_CHAT_NAME, text, _said)
    text = _EMAIL.sub(r"\1***\2", text)
    text = hide(_ROOM, text, _room)
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


def _room(match: re.Match[str], said: str) -> str | None:
    for name in ("number", "house", "english"):
        if match[name]:
            start, end = match.start(name) - match.start(), match.end(name) - match.start()
            if name == "number" and not any(sign.isdigit() for sign in match[name]):
                return None
            return said[:start] + stars(said[start:end]) + said[end:]
    return None
