"""People's names in a text that announces them, as carriers, agents and customers write. Pure."""

import re

from apps.core.masking.parts import mask_name

# Whoever stands behind one of these is named next, once a colon or a bracket says so.
_ANNOUNCERS = (
    "签收人凭取货码|签收人是|签收人|代收人|收件人|寄件人|发件人|取件人|派件员姓名|投递员姓名|揽投员姓名|"
    "快递员|快递小哥|派件人|派件员|派送员|派送业务员|投递员|揽投员|揽收员|收件员|业务员|联系人|客户|姓名|名字|我|本人|"
    "[Ss]igned by|[Rr]eceived by|[Cc]ourier|[Cc]onsignee|[Rr]ecipient|[Ss]ender"
)
# After these a name follows even without a sign between: 派件员王五正在派件.
_JOBS = "签收人|代收人|快递员|快递小哥|派件人|派件员|派送员|派送业务员|投递员|揽投员|揽收员|收件员|业务员|交给|转交"
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
        "未收到",
        "已收到",
        "已联系",
        "不在",
        "客户",
    ]
)
_FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖萧田董潘袁蔡蒋余于杜叶程魏苏吕丁"
    "任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵钱严赖覃洪莫孔"
)
# Everyday words that begin like a name.
_WORDS = frozenset(
    [
        "高度",
        "高峰",
        "高兴",
        "方便",
        "方式",
        "方面",
        "方向",
        "严重",
        "严格",
        "毛病",
        "余款",
        "余额",
        "段时",
        "金额",
        "顾客",
        "于是",
        "任何",
        "任务",
        "何时",
        "何种",
        "谢谢",
        "陆续",
        "陆运",
        "付款",
        "付费",
        "夏天",
        "夏季",
        "周一",
        "周二",
        "周三",
        "周四",
        "周五",
        "周六",
        "周日",
        "周末",
        "周围",
        "周边",
        "胡同",
        "程度",
        "程序",
        "黄色",
        "孙子",
        "马路",
        "马上",
        "白天",
        "江边",
        "石头",
        "钟点",
        "叶子",
        "雷雨",
        "龙头",
        "史上",
        "唐突",
        "许可",
        "许多",
        "曾经",
        "苏打",
        "田地",
        "林区",
        "罗列",
        "汪洋",
        "贺卡",
        "陶瓷",
        "沈重",
        "姜汤",
        "金属",
        "秦淮",
        "洪水",
    ]
)
_HAN = r"[\u4e00-\u9fff]"
_ENDS = (
    r"(?=正在|已|将|为您|电话|联系|手机|微信|来电|先生|女士|小姐|师傅|老师|代|[^\u4e00-\u9fff·*]|$)"
)
_NAME = (
    rf"(?P<name>[\u4e00-\u9fff·]{{1,4}}?{_ENDS}"
    r"|[\u4e00-\u9fff·]{2,3}(?!\*)|[A-Z][a-z]+(?: [A-Z][a-z]+){0,2})"
)
_USUAL = rf"(?P<name>[{_FAMILY}]{_HAN}{{1,2}}?{_ENDS})"
_BEFORE_PHONE = r"(?=\s*[/,，:：【\[（(]?\s*\+?(?:86)?1[3-9]\d\*{8})"
_PATTERNS = (
    re.compile(rf"(?P<who>{_ANNOUNCERS})(?P<gap>\s*(?:[:：]\s*[【\[（(]?|[【\[（(])\s*){_NAME}"),
    re.compile(rf"(?P<who>{_JOBS})(?P<gap>\s*(?:[是为]\s*)?){_USUAL}"),
    re.compile(rf"(?P<who>我|名|姓名|名字|人)(?P<gap>[是为叫]){_USUAL}"),
    re.compile(
        rf"(?P<who>)(?P<gap>)(?P<name>[{_FAMILY}]{_HAN}{{1,2}})(?=先生|女士|小姐|师傅|老师)"
    ),
    re.compile(rf"(?P<who>)(?P<gap>)(?P<name>[{_FAMILY}]{_HAN}{{1,2}}){_BEFORE_PHONE}"),
    re.compile(rf"(?P<who>[【\[（(，,:：\s])(?P<gap>)(?P<name>{_HAN}{{2,4}}){_BEFORE_PHONE}"),
    re.compile(
        rf"(?P<who>[【\[（(])(?P<gap>\s*)(?P<name>[{_FAMILY}]{_HAN}{{1,2}})(?=\s*[】\]）)])"
    ),
    re.compile(
        r"(?P<who>[Ss]igned by|[Rr]eceived by|[Nn]ame is)(?P<gap>\s+)"
        r"(?P<name>[A-Z][a-z]+(?: [A-Z][a-z]+){0,2})"
    ),
)


def hide_announced(text: str) -> str:
    """Names that the text itself says are names. Phones must be masked already: a name before one
    is known by it."""
    for pattern in _PATTERNS:
        text = pattern.sub(_masked, text)
    return text


def hide_known(text: str, name: str) -> str:
    """``name`` wherever it stands, also with blanks or dots between its characters."""
    name = "".join(name.split()) if re.match(_HAN, name.strip()) else name.strip()
    if len(name) < 2:
        return text
    spelt = r"[\s·.]{0,2}".join(re.escape(sign) for sign in name)
    return re.sub(spelt, mask_name(name), text, flags=re.I)


def _masked(match: re.Match[str]) -> str:
    if not _may_be_a_name(match["name"]):
        return match[0]
    return match["who"] + match["gap"] + mask_name(match["name"])


def _may_be_a_name(word: str) -> bool:
    """Everything may be, but for the set phrases of scan texts and words for places."""
    if word in _NOT_NAMES or word[:2] in _WORDS or word.endswith(tuple("室部处站店柜台亭市区县省")):
        return False
    return not word.startswith(("已签收", "正在", "电话", "联系", "手机", "致电", "请拨"))
