"""The numbers in a text that belong to a person: phones, identity cards, codes, rooms. Pure."""

import re

from apps.core.masking.spelling import hide, plain, stars
from apps.core.phones import split_phone

_GAP = r"[\s.\-·_—–/]{0,4}"
_ID_CARD = re.compile(
    r"(?<!\d)\d{6}[\s/-]?(?:19|20)\d{2}[\s-]?(?:0[1-9]|1[0-2])[\s-]?\d{2}[\s/-]?\d{3}\s?[\dXx](?!\d)"
)
# Groups of three, four and four are a mobile whatever stands between; eleven digits in one piece are,
# whatever stands before them.
_MOBILE = (
    r"(?:(?<![0-9A-Za-z])(?P<country>(?:\+|00)?86[-\s]?)?"
    rf"(?:1[3-9]\d(?:{_GAP}\d){{8}}|1[3-9]\d[^\w\n]{{1,6}}\d{{4}}[^\w\n]{{1,6}}\d{{4}})"
    r"|\(1[3-9]\d\)\s?\d{4}[\s-]?\d{4}|(?<!\d)1[3-9]\d{9}|(?<![0-9A-Za-z])1[3-9](?=[0-9lIoO]*\d{4})[0-9lIoO]{9}(?![A-Za-z]))(?!\d)(?:\s?(?:转|分机|ext\.?)\s?\d{1,6})?"
)
# Two glued together, and the numbers that stand for somebody's while a parcel is under way.
_GLUED = r"(?<!\d)(?:1[3-9]\d{9}){2,3}(?!\d)"
_STAND_IN = r"(?<!\d)95\d{3}(?:[\s-]?\d){6,11}(?!\d)"
# Our own numbers are printed in groups: YP 0368 6889 7863.
_NOT_OURS = r"(?<!\b[A-Z]{2} )(?<!\b[A-Z]{2}-)"
_LANDLINE = (
    rf"{_NOT_OURS}(?<![0-9A-Za-z])\(?0\d{{1,3}}\)?{_GAP}\d{{3,4}}[-\s]?\d{{3,4}}"
    r"(?:\s?(?:-|转|分机|ext\.?)\s?\d{1,6})?(?!\d)"
)
_ABROAD = (
    r"(?:\+\d{1,3}|(?<!\d)00[1-9]\d{0,2}(?=[\s-]))(?:[\s.\-·_—–/()]{0,4}\d){6,12}(?!\d)"
    r"|(?:(?<=香港)|(?<=澳门)|(?<=\bHK))[^\d\n]{0,6}\d{4}[\s-]?\d{4}(?!\d)"
)
# 400-811-1111 is a firm's.
_AMERICAN = r"(?<![0-9A-Za-z])\(?(?![48]00)\d{3}\)?[-.\s]\d{3}[-.\s]\d{4}(?!\d)"
PHONE = re.compile(f"{_MOBILE}|{_GLUED}|{_STAND_IN}|{_LANDLINE}|{_ABROAD}|{_AMERICAN}")
_SPOKEN_PHONE = re.compile(
    rf"(?P<say>(?:电话|手机|手提|座机|固话|致电|联系方式|(?:虚拟|隐私)号码?|\b(?:tel|phone|mobile|call)\b)[^\d\n]{{0,6}})(?P<number>\d(?:{_GAP}\d){{6,14}})(?!\d)",
    re.I,
)
_EXTENSION = re.compile(
    r"(?P<say>(?:分机号?|内线|短号|\bext\.?)[^0-9A-Za-z\n]{0,4})(?P<number>\d{3,6})(?!\d)", re.I
)
_ENDS = re.compile(
    r"(?P<say>(?:尾号|尾数|末尾|[末后][四4六6]位|last (?:four|4|six|6)(?: digits)?|\bending(?: in| with)?)[^\d\n]{0,5})"
    r"(?P<number>\d(?:[\s-]?\d){2,4}[\s-]?[\dXx])(?!\d)",
    re.I,
)
# 139****3840, 110101********1234: what somebody else has hidden half of.
_HALF_HIDDEN = re.compile(
    r"(?P<say>(?<![0-9A-Za-z])1[3-9]\d[-\s]?[*xX×·•.]{3,6}[-\s]?)(?P<number>\d{4}(?:转\d{1,6})?)(?!\d)"
    r"|(?P<id>(?<![0-9A-Za-z])\d{3,6}[*xX·•]{4,12}\d{2,3}[\dXx](?!\d))"
)
# The separators of 8-2-1034, and of the same written otherwise.
_JOINT = r"[-—–_./·](?=[0-9A-Za-z])"
_CODE = re.compile(
    r"(?P<say>(?:取[件货](?:[码号]|凭证)|提[货取][码号]|自提码|锁码|开[箱柜门]码|动态码|凭码|货架号|货位|货号|验证码|门禁|门铃|门锁|对讲机?|密码|口令|暗号"
    r"|lock ?box|buzzer|intercom|keypad|\bpin\b|\botp\b|pass(?:word|code)|(?:pick-?up |door |gate )?\bcode(?: is\b)?)[^0-9A-Za-z\n,。;]{0,6})"
    r"(?P<number>(?=[A-Za-z#*\-]{0,8}\d|(?-i:[A-Z]{4}))"
    rf"[0-9A-Za-z](?:[0-9A-Za-z#*]|{_JOINT}|\s(?=\d)){{2,15}})",
    re.I,
)
_SHOWN_CODE = re.compile(
    r"(?P<say>凭(?:号码?)?[:【\[\"“\s]{0,3})"
    rf"(?P<number>[0-9A-Za-z](?:[0-9A-Za-z]|{_JOINT}){{2,15}})(?=[】\]\"”\s]{{0,2}}[到来去前取领提自开])"
)
_SHELF = re.compile(
    r"(?<!型号)(?<!型号[\s:])(?<!规格)(?<!规格[\s:])(?<![0-9A-Za-z.\-])(?P<say>)(?P<number>[A-Za-z]?\d{1,3}#?-\d{1,2}-(?!(?:19|20)\d\d(?!\d))\d{3,5})(?![0-9A-Za-z\-])"
)
_SPOKEN_CODE = re.compile(
    r"(?P<say>(?:口令|暗号)\s?[:是为]\s?)(?P<number>(?![错不对有无])[\u4e00-\u9fff]{2,8})"
)
# 按 1203# 开门
_DIALLED = re.compile(r"(?<![0-9A-Za-z])(?P<say>[*#]?)(?P<number>\d{3,8})#(?![0-9])")
_CODES = (_CODE, _SHOWN_CODE, _SHELF, _DIALLED, _SPOKEN_CODE)
_DOCUMENT = re.compile(
    r"(?P<say>(?:护照|证件|通行证|台胞证|回乡证|驾驶证|驾照|身[份分]证|居住证|学生证|军官证|警官证|工作?证|社保卡|医保卡|会员卡|工号|学号|\bpassport|\bid card)(?:号码?| no\.?| number)?[^0-9A-Za-z\n]{0,4})"
    r"(?P<number>[A-Za-z]{0,2}\s?\d(?:[\s-]?\d){4,17}[Xx]?)",
    re.I,
)
# 6222 0212 3456 7890 123, and whatever is called an account.
_ACCOUNT = re.compile(
    r"(?P<say>(?:银行卡|卡号|[账帐]号|\bcard(?: no\.?| number)?)[^0-9A-Za-z\n]{0,6})(?P<number>\d(?:[\s-]?\d){11,18})(?!\d)"
    r"|(?<!\d)(?P<bare>62\d{2}(?:[\s-]?\d{4}){3}(?:[\s-]?\d{1,3})?)(?!\d)",
    re.I,
)
# 沪A·88X99: the plate of whoever comes to collect.
_PLATE = re.compile(
    r"(?P<say>[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][\s·•.-]?)"
    r"(?P<number>(?=[A-Z]{0,4}\d)[0-9A-HJ-NP-Z]{4,5}[0-9A-HJ-NP-Z挂学警港澳])(?![0-9A-Za-z])"
)
_CHAT_NAME = re.compile(
    r"(?P<say>(?:微\s?信|企微|[威薇v]信|支付宝|加[v微]|\bins\b|扣扣|旺旺|钉钉|小红书|抖音|\b(?:we ?chat|vx|wx|q ?q|whatsapp|telegram|line(?= ?id)))"
    r"(?:[账帐]?号| ?id)?[^0-9A-Za-z\n]{0,4})"
    r"(?P<number>(?:(?<=[:号@])|(?<=[信号:] )|(?=[A-Za-z-]*[\d_]))[0-9A-Za-z][0-9A-Za-z_-]{3,30})",
    re.I,
)
_BIRTHDAY = re.compile(
    r"(?P<say>(?:生日|出生(?:日期|年月)?|生于|\bDOB\b|born(?: on)?)[\s:是为]{0,4})(?P<number>\d{2,4}\D?\d{1,2}\D?\d{0,2})",
    re.I,
)
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])(?P<first>[A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{0,63}\s?(?:@|[(【\[]at[)】\]])\s?(?P<host>[A-Za-z0-9.-]{1,80}\.[A-Za-z]{2,})"
)
# 建国路88号3单元502室, 5号楼1203室, 88 Jianguo Road: from the street's name on, or from the building on.
_ROOM = "[0-9零〇一二三四五六七八九]{3,4}(?![0-9])"
_UNIT = r"(?:\s{0,2}第?[0-9A-Za-z一二三四五六七八九十-]{1,6}\s?(?:号楼|号院|栋|幢|座|单元|楼|层|[Ff]|室|号|门|户))"
_ADDRESS = re.compile(
    r"[\u4e00-\u9fff]{0,2}(?:路|街|大道|巷|弄|胡同|(?<!公)里)道?(?:[东南西北]|[一二三四五六七八九十]{1,2}段)?\s?[甲乙丙]?\s?\d{1,5}(?:[-—]\d{1,4})?"
    rf"\s?(?:号楼|号院|[号弄]){_UNIT}*(?:\s?{_ROOM})?"
    r"|(?:路|街|巷|弄)\s?\d{1,4}[-—]\d{1,4}(?:[-—]\d{1,4})?(?!\d)|(?<=\*)[-—]\d{1,4}(?:[-—]\d{1,4})?(?!\d)|(?<![0-9A-Za-z])\d{1,3}#\s?\d{3,4}(?!\d)|(?:村|小区|花园|苑|(?<!公)里)\s?\d{1,4}\s?号(?!门岗|线|送|派|前|下午|上午)"
    rf"|(?<![0-9A-Za-z])(?:\d{{1,4}}|[A-Za-z])\s?(?:号楼|栋|幢|座|单元|层(?=\s?\d{{3,4}}))(?<!\d层){_UNIT}*(?:\s?{_ROOM})?"
    rf"|[一二三四五六七八九十]{{1,3}}(?:号楼|栋|幢|座|单元)(?:{_UNIT}|\s?{_ROOM})+"
    rf"|{_UNIT}{{2,}}(?:\s?{_ROOM})?"
    r"|(?<![0-9A-Za-z])\d{1,2}\s?[楼层]\s?\d{3,4}(?!\d)|[\d一二三四五六七八九十]{1,3}\s?[楼层]\s?之\s?[\d一二三四五六七八九十]{1,2}|(?:寝室|宿舍|车位)\s?\d{3,4}(?!\d)"
    r"|\b[Nn]o\. ?\d{1,5},? (?:Lane \d{1,4}|(?:[A-Z][a-z'’]+ ){1,3}(?:Road|Rd|Street|St|Avenue|Ave|Lane)\b)"
    r"|(?<![0-9A-Za-z])\d{3,4}\s?(?:室|号房|房间|房(?![源价租东产屋]))"
    r"|(?:房号|房间号|室号|门牌号?)[:是\s]{0,3}[0-9A-Za-z-]{2,8}(?:号\d{1,2}楼)?"
    r"|(?:大厦|公寓|宿舍)\s?(?:[\d一二三四五六七八九十]{1,3}\s?[楼层]\s?(?:\d{3,4}(?!\d))?|\d{3,4}(?!\d))|#\d{2}-\d{2,3}(?!\d)"
    r"|村\s?[\d一二三四五六七八九十]{1,3}\s?[组队社]\s?\d{1,4}\s?号"
    r"|(?:宿舍|公寓|小区|花园|[苑楼]|楼[上下])\s?\d{1,3}-\d{3,4}(?!\d)"
    r"|(?<![0-9A-Za-z])\d{1,5}(?:/\d{1,3})?[A-Z]? (?:[A-Z][a-z'’]+ ){1,3}(?:Road|Rd|Street|St|Avenue|Ave|Lane|Court|Gardens?|Mansions?)\b|\b(?:Block|Bldg\.?|Building|Tower) \d{1,3}(?=[,/]|$)|\bLane \d{1,4}\b"
    r"|\b(?i:room|flat|apt\.?|apartment|unit|suite|block|tower|floor) [A-Z]\b(?!['’])|(?<![0-9A-Za-z])\d{1,2}/F\b"
    r"|(?i:\b(?:room|flat|apt\.?|apartment|unit|suite|level|floor)) ?(?:[Nn]o\.? ?)?#? ?\d[0-9A-Za-z-]{0,6}\b|\b[Rr][Mm]\.? ?\d{3,4}\b"
)
_NUMBERED = re.compile(r"(?P<number>[一二三四五六七八九十]{1,3})(?P<kind>号楼|单元|号院)")


# Not one of the patterns above matches a text without any of these.
_TELLING = re.compile(r"[0-9A-Za-z一二三四五六七八九十\-]|口令|暗号")
_A_MOBILE = re.compile(r"1[3-9]\d{9}")


def mask_phone(phone: str) -> str:
    """``+8613812345678`` → ``138********``; a landline keeps its area code at most."""
    phone = split_phone(phone)[0]
    digits = re.sub(r"\D", "", phone)
    if not digits:
        return ""
    if phone.strip().startswith("+86") or (digits.startswith("86") and len(digits) > 11):
        digits = digits[2:]
        if not _A_MOBILE.fullmatch(digits) and not digits.startswith(("0", "400", "800")):
            digits = f"0{digits}"
    shown = digits[:3] if len(digits) >= 10 else ""
    return shown + "*" * (len(digits) - len(shown))


def hide_numbers(text: str, *, shows_codes: bool = False) -> str:
    """Stars for what belongs to a person; the first three digits of a phone stay.

    ``shows_codes`` for the consignee: the code that opens the locker is theirs to read, and so
    are the address of the point where the parcel waits and the courier's phone.
    """
    if not _TELLING.search(plain(text)):
        return text
    text = hide(_HALF_HIDDEN, text, _half)
    text = hide(_ID_CARD, text, lambda _m, part: stars(part, keep=4))
    text = hide(PHONE, text, lambda m, part: _phone(m, part, text if shows_codes else ""))
    if not shows_codes:
        text = hide(_SPOKEN_PHONE, text, _star_number)
        for pattern in _CODES:
            text = hide(pattern, text, _star_number)
        text = hide(_ADDRESS, text, lambda _m, _part: "***")
    text = hide(_EXTENSION, text, _star_number)
    text = hide(_ENDS, text, _star_number)
    text = hide(_DOCUMENT, text, _star_number)
    text = hide(_ACCOUNT, text, _account)
    text = hide(_PLATE, text, _star_number)
    text = hide(_CHAT_NAME, text, _star_number)
    text = hide(_BIRTHDAY, text, _star_number)
    text = hide(_EMAIL, text, lambda m, _part: f"{m['first']}***@{m['host']}")
    return _NUMBERED.sub(lambda m: "*" * len(m["number"]) + m["kind"], text)


_COURIERS = re.compile(
    r"快递员|派[件送](?:员|人)|投递员|揽[投收]员|业务员|小哥|驿站|网点|站点|代收点|便利店|超市|柜|门店|客服|投诉|疑问|courier|station",
    re.I,
)
_PARTIES = re.compile(r"客户|顾客|收件|寄件|发件|签收人|代收人|取件人|consignee|sender", re.I)
_CLAUSE = 40


def _phone(match: re.Match[str], part: str, whole: str) -> str | None:
    before = whole[max(0, match.start() - _CLAUSE) : match.start()]
    couriers = [found.end() for found in _COURIERS.finditer(before)]
    parties = [found.end() for found in _PARTIES.finditer(before)]
    if couriers and couriers[-1] > (parties[-1] if parties else -1):
        return None
    country = match["country"] or ""
    return stars(part[len(country) :], keep=3)


def _account(match: re.Match[str], part: str) -> str:
    return stars(part, keep=4) if match["bare"] else _star_number(match, part)


def _half(match: re.Match[str], part: str) -> str:
    return stars(part, keep=3) if match["id"] else _star_number(match, part)


def _star_number(match: re.Match[str], part: str) -> str:
    start, end = match.start("number") - match.start(), match.end("number") - match.start()
    return part[:start] + stars(part[start:end]) + part[end:]
