"""Masks for personal data, after GB/T 41833-2022: at least one character of a name, six digits
of a phone and the unit number are hidden. The last four digits of a phone are the key to a
shipment's details (TRK-10), so they are never shown."""

import re
from collections.abc import Iterable

# Words that announce a person's name in scan texts, as carriers write them.
_ANNOUNCERS = (
    "签收人凭取货码|签收人是|签收人|代收人|收件人|寄件人|发件人|取件人|派件员姓名|投递员姓名|揽投员姓名|"
    "快递员|快递小哥|派件人|派件员|派送员|派送业务员|投递员|揽投员|揽收员|收件员|业务员|联系人|客户|"
    "[Ss]igned by|[Rr]eceived by|[Cc]ourier|[Cc]onsignee|[Rr]ecipient|[Ss]ender"
)
_FAMILY_COMPOUND = [
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "宇文",
    "长孙",
    "司徒",
    "夏侯",
    "端木",
    "百里",
    "南宫",
    "轩辕",
]
_NOT_NAMES = frozenset(
    [
        "签收",
        "已签收",
        "本人",
        "他人收",
        "草签",
        "拍照",
        "家人",
        "同事",
        "门卫",
        "前台",
        "保安",
        "物业",
        "邮件收发章",
        "收发室",
        "保安室",
        "他人",
        "代收",
        "凭取货码",
        "已收件",
        "正在",
        "电话",
        "签收人",
    ]
)
# Eleven-digit mobiles (also split or with +86), landlines with area code, 400/800 and 955xx stay
# hidden alike: a hotline that is hidden costs little, a person's number that shows costs a lot.
_PHONE = re.compile(
    r"(?<![0-9A-Za-z])(?:\+?86[-\s]?)?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}(?!\d)"
    r"|(?<![0-9A-Za-z])\(?0\d{2,3}\)?[-\s]?\d{7,8}(?:[-转]\d{1,6})?(?!\d)"
)
_MOBILE = re.compile(r"1[3-9]\d{9}")
_ID_CARD = re.compile(r"(?<!\d)\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])\d{5}[\dXx](?!\d)")
_EMAIL = re.compile(r"([A-Za-z0-9._%+-])[A-Za-z0-9._%+-]*(@[A-Za-z0-9.-]+\.[A-Za-z]{2,})")
_ANNOUNCED = re.compile(
    rf"(?P<who>{_ANNOUNCERS})(?P<gap>\s*(?:[:：是为]\s*)?[【\[（(]?\s*)"
    r"(?P<name>[\u4e00-\u9fff·]{1,4}?(?=正在|已|将|为您|电话|联系|[^\u4e00-\u9fff·]|$)"
    r"|[\u4e00-\u9fff·]{2,3}|[A-Z][a-z]+(?: [A-Z][a-z]+){0,2})"
)
# 【张三/138…】: a name directly before a phone, whatever announces it.
_BEFORE_PHONE = re.compile(
    r"(?P<open>[【\[（(，,:：\s])(?P<name>[\u4e00-\u9fff]{2,4})(?P<gap>\s*[/,，:：【\[（(]?\s*)(?=\+?(?:86)?1[3-9]\d\*{8})"
)
# In what a person writes, 客户 and 收件人 are usually followed by a verb, not by a name: there a name is
# announced by a colon or a bracket, or begins with one of the usual family names.
_FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖萧田董潘袁蔡蒋余于杜叶程魏苏吕丁"
    "任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵钱严赖覃洪莫孔"
)
_NAME = (
    r"(?P<name>[\u4e00-\u9fff·]{1,4}?(?=正在|已|将|为您|电话|联系|[^\u4e00-\u9fff·*]|$)"
    r"|[\u4e00-\u9fff·]{2,3}(?!\*)|[A-Z][a-z]+(?: [A-Z][a-z]+){0,2})"
)
_USUAL_NAME = rf"(?P<name>[{_FAMILY}][\u4e00-\u9fff]{{1,2}})"
_NAMED = (
    re.compile(
        rf"(?P<who>{_ANNOUNCERS}|姓名|名字|我|本人)"
        rf"(?P<gap>\s*(?:[:：]\s*[【\[（(]?|[【\[（(])\s*){_NAME}"
    ),
    re.compile(rf"(?P<who>我|名|姓名|名字|人)(?P<gap>[是为叫]){_USUAL_NAME}"),
    re.compile(rf"(?P<who>)(?P<gap>){_USUAL_NAME}(?=先生|女士|小姐|师傅|老师)"),
    re.compile(
        rf"(?P<who>)(?P<gap>){_USUAL_NAME}(?=\s*[/,，:：【\[（(]?\s*\+?(?:86)?1[3-9]\d\*{{8}})"
    ),
    re.compile(
        r"(?P<who>[Ss]igned by|[Rr]eceived by|[Nn]ame is)(?P<gap>\s+)"
        r"(?P<name>[A-Z][a-z]+(?: [A-Z][a-z]+){0,2})"
    ),
)
_REGION = re.compile(
    r"^(?P<keep>(?:[\u4e00-\u9fff]{2,8}?(?:省|自治区))?(?:[\u4e00-\u9fff]{2,10}?(?:市|自治州|地区|盟))?"
    r"(?:[\u4e00-\u9fff]{1,8}?(?:区|县|旗|市))?)(?P<rest>.*)$",
    re.S,
)


def mask_name(name: str) -> str:
    """``张三`` → ``张*``, ``欧阳小红`` → ``欧阳**``, ``John Smith`` → ``J***``."""
    name = name.strip()
    if not name:
        return ""
    if not re.match(r"[\u4e00-\u9fff]", name):
        return f"{name[0]}***"
    keep = 2 if len(name) > 2 and name[:2] in _FAMILY_COMPOUND else 1
    return name[:keep] + "*" * max(1, min(len(name) - keep, 3))


def mask_phone(phone: str) -> str:
    """``+8613812345678`` → ``138********``; a landline keeps its area code at most."""
    digits = re.sub(r"\D", "", phone)
    if not digits:
        return ""
    if phone.strip().startswith("+86") or (digits.startswith("86") and len(digits) > 11):
        digits = digits[2:]
        if not _MOBILE.fullmatch(digits) and not digits.startswith(("0", "400", "800")):
            digits = f"0{digits}"
    shown = digits[:3] if len(digits) >= 10 else ""
    return shown + "*" * (len(digits) - len(shown))


def mask_address(address: str) -> str:
    """Keep province, city and district; hide street, building and unit."""
    address = address.strip()
    if not address:
        return ""
    match = _REGION.match(address)
    keep = match["keep"] if match else ""
    return f"{keep}***"


def mask_text(text: str) -> str:
    """Hide phones, identity numbers, e-mail addresses and people's names inside free text."""
    if not text:
        return ""
    text = _ID_CARD.sub(lambda m: m[0][:4] + "*" * (len(m[0]) - 4), text)
    text = _PHONE.sub(_mask_digits, text)
    text = _EMAIL.sub(r"\1***\2", text)
    text = _ANNOUNCED.sub(_mask_announced, text)
    return _BEFORE_PHONE.sub(_mask_before_phone, text)


def mask_prose(text: str, names: Iterable[str] = ()) -> str:
    """As ``mask_text``, for what a person wrote rather than a scan: 客户说包装破了 stays as it is, while
    收件人：张三, 我叫张三 and 张三先生 are hidden. ``names`` that are known to be concerned are hidden
    wherever they stand."""
    if not text:
        return ""
    for name in sorted({name.strip() for name in names}, key=len, reverse=True):
        if len(name) > 1:
            text = text.replace(name, mask_name(name))
    text = _ID_CARD.sub(lambda m: m[0][:4] + "*" * (len(m[0]) - 4), text)
    text = _PHONE.sub(_mask_digits, text)
    text = _EMAIL.sub(r"\1***\2", text)
    for announced in _NAMED:
        text = announced.sub(_mask_announced, text)
    return text


def _mask_digits(match: re.Match[str]) -> str:
    """Stars for every digit but the first three, punctuation left where it stood."""
    phone = re.sub(r"^\+?86[-\s]?(?=1)", "", match[0])
    seen = 0
    shown = []
    for char in phone:
        seen += char.isdigit()
        shown.append("*" if char.isdigit() and seen > 3 else char)
    return "".join(shown)


def _mask_announced(match: re.Match[str]) -> str:
    if not _may_be_a_name(match["name"]):
        return match[0]
    return match["who"] + match["gap"] + mask_name(match["name"])


def _mask_before_phone(match: re.Match[str]) -> str:
    if not _may_be_a_name(match["name"]):
        return match[0]
    return match["open"] + mask_name(match["name"]) + match["gap"]


def _may_be_a_name(word: str) -> bool:
    """Everything may be, but for the set phrases of scan texts and words for places."""
    if word in _NOT_NAMES or word.endswith(tuple("室部处站店柜台亭")):
        return False
    return not word.startswith(("已签收", "正在", "电话", "联系", "手机", "致电", "请拨"))
