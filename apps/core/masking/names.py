"""People's names in a text that announces them, as carriers, agents and customers write. Pure."""

import re

from apps.core.areas import areas_named
from apps.core.masking.name_words import (
    COMPOUNDS,
    FAMILIES,
    NO_ENGLISH_NAME,
    NOT_NAMES,
    PHRASES,
    PLACE_ENDS,
    RARE_FAMILIES,
    SITE_ENDS,
    SITE_WORDS,
    WORDS,
)
from apps.core.masking.spelling import hide, plain

# Whoever stands behind one of these is named next, once a colon or a bracket says so.
_ANNOUNCERS = (
    "签收人凭取货码|签收人是|签收人|代收人|代签人|收件人|收货人|寄件人|发件人|取件人|派件员姓名|投递员姓名|揽投员姓名|"
    "快递员|快递小哥|派件人|派件员|派送员|派送业务员|投递员|揽投员|揽收员|收件员|业务员|联系人|客户|姓名|名字|我|本人|经办人|代理人|客服|操作员|司机|"
    "[Ss]igned by|[Ss]igned|[Ss]ign(?:ature)?|POD|[Rr]eceived by|[Cc]ourier|[Cc]onsignee|[Rr]ecipient|[Ss]ender"
)
# After these a name follows even without a sign between: 派件员王五正在派件.
_PERSONS = "经办人|代理人|受托人|委托人|代取人|代领人|签收人|代收人|代签人|收件人|收货人|寄件人|发件人|取件人|派件人|联系人|快递员|派件员|派送员|投递员|揽投员|揽收员|收件员"
_JOBS = "经办人|代理人|受托人|电联|致电|拨打|委托人|代取人|代领人|已交|联系|收件人|收货人|寄件人|联系人|代签人|签收人|代收人|快递员|快递小哥|派件人|派件员|派送员|派送业务员|投递员|揽投员|揽收员|收件员|业务员|交给|转交|交给邻居|交给同事|邻居"
_HAN = r"[\u4e00-\u9fff]"
_SURNAME = rf"(?:{'|'.join(sorted(COMPOUNDS))}|[{FAMILIES}])"
_ANY_SURNAME = rf"(?:{'|'.join(sorted(COMPOUNDS))}|[{FAMILIES}{RARE_FAMILIES}])"
_ENDS = r"(?=正在|已|将|为您|电话|联系|手机|微信|来电|先生|女士|小姐|师傅|老师|代|[^\u4e00-\u9fff·•・‧*]|$)"
# What a person does, behind a name that nothing else announces.
_KIN = "同事|家人|家属|邻居|朋友|室友|舍友|同学|亲戚|老公|老婆|妈妈|爸爸|爷爷|奶奶|哥哥|姐姐|弟弟|妹妹|门卫|保安|前台|物业|妻子|丈夫|父亲|母亲|儿子|女儿"
_DOES = rf"(?=[】\])>》\s]?(?:代?签收|代签|代?签字|代[收领取拿]|已签|已收(?![件入到取])|签(?=$|[^\u4e00-\u9fff])|[(（]?(?:本人|(?<=[(（])(?:{_KIN}))|不在|取走|取件|领取|领走|保管|要求|来电|拒收|的(?:包裹|快[递件]|家人|家属|同事|邻居|朋友|[父母]亲|妻子|丈夫|[爸妈])))"
_LATIN = r"[A-Z\u00c0-\u00de][A-Za-z\u00c0-\u024f\u0300-\u036f'’\-]{0,30}"
_ENGLISH = rf"(?:[A-Z]\.\s?){{0,2}}{_LATIN}(?: {_LATIN}){{0,3}}"
_DOTTED = rf"{_HAN}{{1,8}}(?:[·•・‧]{_HAN}{{1,10}}){{1,3}}"
_NAME = (
    rf"(?P<name>{_DOTTED}|{_HAN}(?: {_HAN}){{1,2}}(?=[^\u4e00-\u9fff]|$)|[\u4e00-\u9fff·]{{1,4}}?{_ENDS}"
    rf"|[\u4e00-\u9fff·]{{2,3}}(?!\*)|{_ENGLISH})"
)
_USUAL = rf"(?P<name>{_DOTTED}|{_ANY_SURNAME}{_HAN}{{1,2}}?{_ENDS}|{_SURNAME}{_HAN}{{1,2}}?{_DOES}|{_ANY_SURNAME}{_HAN}{{1,2}}?(?=出差|外出|在外|没有|[派配投]送|派件|揽收))"
_BARE = rf"(?P<name>{_SURNAME}{_HAN}{{1,2}}?){_DOES}"
_BEFORE_PHONE = r"(?=\s{0,4}[/,:【\[(]?\s{0,4}\+?(?:86)?1[3-9]\d\*{8})"
# Blanks are counted, so that a long run of them is not read again and again.
_OPENING = r"""["'“‘「『〖<《{【\[(]"""
_COLON = rf"\s{{0,4}}(?::\s{{0,4}}{_OPENING}?|[【\[(])\s{{0,4}}"
_SIGN = rf"(?:\s{{0,4}}(?:姓名|名字)?\s?(?:[:=|/;\-—]{{1,3}}\s{{0,4}}{_OPENING}?|{_OPENING})\s{{0,4}}|[】\])]\s?:?\s?)"
_TITLE = r"(?:(?i:mrs?|ms|miss|dr)\.?\s)?"
# Whose people or counters sign; the one who did may follow.
_HOUSE = "(?:本人|驿站|门店|站点|自提点|菜鸟|丰巢|兔喜|邮政|顺丰|中通|圆通|申通|韵达|百世|极兔|京东|德邦|汇通|优速|快递){1,2}(?:老板娘?|店[主员]|站长|快递员|小哥)?"
_PATTERNS = (
    re.compile(rf"(?P<who>{_ANNOUNCERS})(?P<gap>{_COLON}{_TITLE}){_NAME}"),
    re.compile(rf"(?P<who>{_PERSONS})(?P<gap>{_SIGN}){_NAME}"),
    re.compile(
        rf"(?P<who>{_PERSONS})(?P<gap>{_SIGN})(?P<name>[a-z]{{2,12}}(?: [a-z]{{2,12}}){{0,2}})\b"
    ),
    re.compile(
        rf"(?P<who>{_PERSONS})(?P<gap>(?:{_SIGN}|[是为])(?:{_KIN}|{_HOUSE})[\s/(:\-]{{0,2}}){_USUAL}"
    ),
    re.compile(rf"(?P<who>代?签收?|代收)(?P<gap>{_COLON}){_USUAL}"),
    re.compile(rf"(?P<who>代收|代签|交由)(?P<gap>\s){_USUAL}"),
    re.compile(rf"(?P<who>)(?P<gap>)(?P<name>{_DOTTED}){_DOES}"),
    re.compile(
        r"(?P<who>)(?P<gap>)(?P<name>(?<![A-Za-z])[A-Z][a-z]{1,20}(?: [A-Z][a-z]{1,20}){0,2}|(?<![A-Za-z])[A-Z]{2,20}(?: [A-Z]{2,20}){1,2})(?=\s?(?:代?签收|代收|已签))"
    ),
    re.compile(
        rf"(?P<who>{_JOBS})(?P<gap>\s{{0,4}}(?:(?:姓名|名字)\s?|[是为]\s{{0,4}})?['\"“]?){_USUAL}"
    ),
    re.compile(rf"(?P<who>我|名|姓名|名字|人)(?P<gap>[是为叫]){_USUAL}"),
    re.compile(rf"(?P<who>)(?P<gap>)(?P<name>{_SURNAME}{_HAN}{{1,2}})(?=先生|女士|小姐|师傅|老师)"),
    re.compile(rf"(?P<who>[由被找]|客户|{_KIN}|交由)(?P<gap>\s?){_BARE}"),
    re.compile(
        rf"(?P<who>给|[叫姓]|通知|{_KIN})(?P<gap>\s?)(?P<name>{_SURNAME}{_HAN}{{1,2}}?)(?:(?=[送家取收转](?!庭))|{_ENDS})"
    ),
    re.compile(rf"(?P<who>^|[,。;!\s】\])<《])(?P<gap>){_BARE}"),
    re.compile(rf"(?P<who>)(?P<gap>)(?P<name>{_SURNAME}{_HAN}{{1,2}}){_BEFORE_PHONE}"),
    re.compile(rf"(?P<who>[【\[(,:\s])(?P<gap>)(?P<name>{_HAN}{{2,4}}){_BEFORE_PHONE}"),
    re.compile(
        rf"(?P<who>[【\[(])(?P<gap>\s{{0,4}})(?P<name>{_SURNAME}{_HAN}{{1,2}})(?=\s{{0,4}}[】\])])"
    ),
    re.compile(
        rf"(?P<who>[【\[(])(?P<gap>\s{{0,4}})(?P<name>{_ANY_SURNAME}{_HAN}{{1,2}})(?=\s{{0,4}}[】\])]\s?(?:正在派|正在为您|为您派|派送中))"
    ),
    re.compile(
        r"(?P<who>(?i:signed(?: for)?(?: by)?|received by|collected by|picked up by|left with|handed(?: over)? to|given to|name is)"
        r"(?: (?i:neighbou?r|recipient|consignee|colleague|guard|front desk|reception|security))?)"
        rf"(?P<gap>:?\s{{1,4}}(?:(?i:mr|mrs|ms|miss|dr)\.?\s{{1,4}})?)(?P<name>{_ENGLISH})"
    ),
    re.compile(
        rf"(?P<who>\b(?i:delivered to|recipient|consignee|sender|courier|driver)|{_PERSONS})"
        rf"(?P<gap>\s{{1,4}}|(?<=[人员]))(?P<name>(?:[A-Z]\.\s?|{_LATIN} )(?:{_LATIN} ?){{1,2}}(?<! ))"
    ),
    re.compile(
        r"(?P<who>\b(?i:by|to|with)\s(?=(?i:mr|ms|miss|dr))|\b(?=(?:Mr|Mrs|Ms|Miss)\.?\s{1,4}[A-Z]))(?P<gap>(?i:mr|mrs|ms|miss|dr)\.?\s{1,4})(?P<name>[A-Za-z'’\-]{2,30}(?: [a-z'’\-]{2,30})?)"
    ),
    re.compile(
        r"(?P<who>)(?P<gap>)(?P<name>\b(?:[A-Z][a-z]{1,20}|[A-Z]{2,20}|[A-Z]\.)(?: (?:[A-Z][a-z]{1,20}|[A-Z]{2,20})){1,2})(?=\s(?:has |have )?(?:signed|collected|picked))"
    ),
    re.compile(
        rf"(?P<who>(?i:signed(?: for)? by)|(?i:received):)(?P<gap>\s)(?P<name>[a-z]{{2,12}} [a-z]{{2,12}}(?=$|[.,;])|{_LATIN} {_LATIN})"
    ),
    # 张*、李强: one who is named beside another.
    re.compile(
        rf"(?P<who>{_HAN}\*{{1,3}})(?P<gap>\s?[、/,和及与\s]\s?)(?P<name>{_SURNAME}{_HAN}{{1,2}})(?=$|[^\u4e00-\u9fff])"
    ),
)


# Not one of the patterns matches a text without any of these: who is named, what they do, brackets,
# a phone that is hidden already, letters.
_TELLING = re.compile(
    rf"{_ANNOUNCERS}|{_PERSONS}|{_JOBS}|[签代是为叫【\[(*A-Za-z\u00c0-\u024f]"
    r"|已收|交由|先生|女士|小姐|师傅|老师|本人|不在|取走|取件|领取|领走|保管|要求|来电|拒收|的包裹|的快|的[家同邻朋父母妻丈爸妈]|出差|外出|在外|没有|派送|给|通知|电联|致电|拨打"
)


def mask_name(name: str) -> str:
    """``张三`` → ``张*``, ``欧阳小红`` → ``欧阳**``, ``John Smith`` → ``J***``."""
    name = name.strip()
    if not name:
        return ""
    if not re.match(r"[\u4e00-\u9fff]", name):
        return f"{name[0]}***"
    keep = 2 if len(name) > 2 and name[:2] in COMPOUNDS else 1
    return name[:keep] + "*" * max(1, min(len(name) - keep, 3))


def hide_announced(text: str) -> str:
    """Names that the text itself says are names. Phones must be masked already: a name before one
    is known by it."""
    if not _TELLING.search(plain(text)):
        return text
    for pattern in _PATTERNS:
        text = hide(pattern, text, _masked)
    return text


_WHOLE = 3  # a family name and two signs that are somebody's alone


def hide_known(text: str, name: str) -> str:
    """``name`` wherever it stands, also with blanks or dots between its characters."""
    name = "".join(name.split()) if re.match(_HAN, name.strip()) else name.strip()
    if len(name) < 2:
        return text
    if _may_hold(text, name):
        spelt = r"[\s·.\-_]{0,2}".join(re.escape(sign) for sign in name)
        text = re.sub(spelt, mask_name(name), text, flags=re.I)
    given = name[1:]
    if (
        given not in text
        or len(name) != _WHOLE
        or given in WORDS
        or areas_named(given)
        or not re.match(_HAN, name)
    ):
        return text
    return re.sub(
        rf"(?<!{_HAN}){given}(?=的|家|先生|女士|小姐|本人|代?签收|代收)", "*" * len(given), text
    )


def _may_hold(text: str, name: str) -> bool:
    """False when a sign of the name is missing. Only of signs without capitals: of others it is
    unknown which ones a pattern takes for the same."""
    return all(sign in text or not re.match(_HAN, sign) for sign in name)


def _masked(match: re.Match[str], part: str) -> str | None:
    name, behind = match["name"], match.string[match.end() :][:8]
    if match.string[match.end("name") :][:1] == "*" or not _may_be_a_name(name, behind):
        return None  # masked already, or nobody
    start, end = match.start("name") - match.start(), match.end("name") - match.start()
    return part[:start] + mask_name(part[start:end]) + part[end:]


_SITE = re.compile(
    rf"{_HAN}{{0,4}}(?:专卖|便利|门|商|药|酒|饭|分)?[店部站柜点架]|{_HAN}{{0,4}}(?:公司|超市|驿站|中心|学校|医院)"
)
# 李先生 is no more than what is left of a name that is hidden.
_TITLES = frozenset({"先生", "女士", "小姐", "师傅", "老师"})
_IS_AT_AN_END = re.compile(_ENDS)


def _may_be_a_name(word: str, behind: str = "") -> bool:
    """Everything may be, but for the set phrases of scan texts and words for places."""
    if not re.match(_HAN, word):
        words = word.lower().split()
        return words[0] not in NO_ENGLISH_NAME and words[-1] not in SITE_WORDS
    if word[1:] in _TITLES or word in NOT_NAMES or word[:2] in WORDS or word.endswith(SITE_ENDS):
        return False
    # 李宁专卖店: the name of a shop goes on behind what could be somebody's.
    if not _IS_AT_AN_END.match(behind) and _SITE.match(behind):
        return False
    if word[0] == "于" and word[1:2] in "今昨明前当本上下早晚凌中次周月":
        return False
    return not (
        word.startswith(PHRASES) or word.endswith(PLACE_ENDS) or areas_named(word.rstrip("的"))
    )
