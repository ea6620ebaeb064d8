"""The words of a time, in both languages, and the patterns that find them. Pure."""

import re

DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
# Day words → days from today.
DAYS = {
    "今天": 0,
    "今日": 0,
    "今": 0,
    "明天": 1,
    "明日": 1,
    "明": 1,
    "后天": 2,
    "大后天": 3,
    "today": 0,
    "tonight": 0,
    "tomorrow": 1,
    "the day after tomorrow": 2,
}
WEEKDAYS = {
    **dict(zip("一二三四五六日", range(7), strict=True)),
    "天": 6,
    **{str(n): n - 1 for n in range(1, 8)},
    **{
        name: day
        for day, names in enumerate(
            (
                ("monday", "mon"),
                ("tuesday", "tue"),
                ("wednesday", "wed"),
                ("thursday", "thu"),
                ("friday", "fri"),
                ("saturday", "sat"),
                ("sunday", "sun"),
            )
        )
        for name in names
    },
}
# Part of the day → the hour by which it is over, when no hour is named.
PARTS = {
    "凌晨": 6,
    "早上": 9,
    "早晨": 9,
    "早": 9,
    "上午": 12,
    "中午": 12,
    "下午": 18,
    "傍晚": 19,
    "晚上": 21,
    "晚": 21,
    "夜里": 23,
    "morning": 12,
    "noon": 12,
    "afternoon": 18,
    "evening": 21,
    "tonight": 21,
}
AFTERNOON = frozenset({"下午", "傍晚", "晚上", "晚", "夜里", "afternoon", "evening", "tonight"})
NIGHT = frozenset({"晚上", "晚", "夜里", "tonight"})
MORNING = frozenset({"凌晨", "早上", "早晨", "早", "上午", "morning"})
END_OF_DAY = 18  # "by Friday", when no hour is named

_N = r"\d{1,3}|[零〇一二两三四五六七八九十]{1,3}"
_ZH_DAY = (
    r"(?P<day>大后天|今天|今日|明天|明日|后天|今(?=早|晚)|明(?=早|晚))"
    r"|(?P<week>下个?|这个?|本)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天1-7])"
    r"|(?:(?P<month>\d{1,2})月)?(?P<date>\d{1,2})[日号]"
)
_ZH_CLOCK = (
    rf"(?P<hour>{_N})(?:点钟?|时)(?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<minute>{_N})分?)?"
    r"|(?P<h2>\d{1,2})[:.](?P<m2>\d{2})|(?P<h3>[0-2]\d)(?P<m3>[0-5]\d)"
)
CHINESE = re.compile(
    rf"(?:{_ZH_DAY})?(?P<part>{'|'.join(p for p in PARTS if not p.isascii())})?"
    rf"(?:{_ZH_CLOCK})?(?P<by>之前|以前|前)?\Z"
)
_EN_DAY = (
    r"(?P<day>today|tonight|the day after tomorrow|tomorrow)"
    rf"|(?:(?P<week>next|this) )?(?P<weekday>{'|'.join(w for w in WEEKDAYS if w.isalpha() and w.isascii())})"
)
_EN_CLOCK = (
    r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))? ?(?P<half_day>[ap]\.?m\.?)?(?: ?o'?clock)?"
    r"|(?P<h3>[0-2]\d)(?P<m3>[0-5]\d)"
)
_EN_PART = r"(?P<part>morning|noon|afternoon|evening|tonight)"
_WHEN = r"(?:(?:by|before|until|on|at|in the) )*"
ENGLISH = (
    re.compile(
        rf"(?P<by>by|before|until)?(?: ?{_WHEN})?(?:{_EN_DAY})?(?: ?{_WHEN}{_EN_PART})?"
        rf"(?: ?(?P<at>at|by|before) )?(?: ?(?:{_EN_CLOCK}))?\Z"
    ),
    re.compile(
        rf"(?P<by>by|before|until)?(?: ?(?P<at>at) )?(?:{_EN_CLOCK})(?: {_WHEN}{_EN_PART})?"
        rf" {_WHEN}(?:{_EN_DAY})\Z"
    ),
)
# How long from now. The unit's length is in minutes.
UNITS = {
    "分钟": 1,
    "分": 1,
    "刻钟": 15,
    "小时": 60,
    "钟头": 60,
    "天": 1440,
    "m": 1,
    "min": 1,
    "mins": 1,
    "minute": 1,
    "minutes": 1,
    "h": 60,
    "hour": 60,
    "hours": 60,
    "hr": 60,
    "hrs": 60,
    "d": 1440,
    "day": 1440,
    "days": 1440,
}
_UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
AWHILE = re.compile(
    rf"(?:\+|in |within )?(?P<n>\d{{1,5}}(?:\.5)?|an?|half an?|{_N}|半)?个?(?P<and_half>半)? ?(?P<unit>{_UNIT})?"
    r"(?P<later>之?后|以后|之?内|以内)?\Z"
)


def number(text: str) -> int:
    """``12``, ``十二``, ``二十``, ``两``; ValueError for anything else."""
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        if len(text) != 1:  # two would be read digit by digit, which nobody says
            raise ValueError(text)
        return DIGITS[text]
    return (DIGITS[tens] if tens else 1) * 10 + (DIGITS[ones] if ones else 0)
