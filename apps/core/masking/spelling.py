"""A text as its reader understands it: 1390, １３９０, 一三九〇 and 1 3 9 0 say the same. Pure."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final

_NUMERALS: Final = {
    **dict(zip("〇零一二三四五六七八九幺两", "0012345678" + "912", strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖貳參陸", "123456789236", strict=True)),
}
_SAID = "".join(_NUMERALS)
_NUMERAL_RUN = re.compile(rf"[{_SAID}0-9](?:[\s.\-·,、]{{0,2}}[{_SAID}0-9]){{3,}}")
# Signs that the rules for people and addresses are written with, as Hong Kong and Taiwan write them.
_SIMPLIFIED: Final = {
    **dict(
        zip(
            "號樓棟單門電話機碼簽員貨聯繫戶證護給轉張陳劉楊趙黃吳孫馬鄧許蕭葉鄭謝羅馮韓蔣蘇盧鍾陸範賈鄒顧錢嚴賴龍閻龔層領櫃驛絡郵處東陽諸離聞獨鮮軒轅歐龐聶竇齊喬湯萬蘭鮑駱費繆顏閔溫鞏譚閆鐘韋賀",
            "号楼栋单门电话机码签员货联系户证护给转张陈刘杨赵黄吴孙马邓许萧叶郑谢罗冯韩蒋苏卢钟陆范贾邹顾钱严赖龙阎龚层领柜驿络邮处东阳诸离闻独鲜轩辕欧庞聂窦齐乔汤万兰鲍骆费缪颜闵温巩谭闫钟韦贺",
            strict=True,
        )
    ),
    # All brackets that quote somebody are one.
    **dict.fromkeys("〖『「〔〘", "【"),
    **dict.fromkeys("〗』」〕〙", "】"),
}
_INVISIBLE = re.compile(
    r"[\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
    r"|(?<=[0-9A-Za-z#*\u3400-\u9fff])[\u200d\ufe00-\ufe0f\u20e3]+"
)
_ENTITY = re.compile(r"&#(?:(?P<dec>\d{2,6})|[xX](?P<hex>[0-9a-fA-F]{2,5}));|&nbsp;")


class _Narrow(dict[int, str]):
    """One narrow sign for each, made when it is first met; what has none stays."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        small = unicodedata.normalize("NFKC", sign)
        digit = unicodedata.digit(small if len(small) == 1 else sign, None)
        narrow = small if digit is None else str(digit)
        narrow = _SIMPLIFIED.get(narrow, narrow if len(narrow) == 1 else sign)
        if len(self) < _MOST_SIGNS:
            self[code] = narrow
        return narrow


_MOST_SIGNS: Final = 20_000
_NARROW = _Narrow()


def visible(text: str) -> str:
    """``text`` without signs that nobody sees between its letters and digits, and with letters,
    digits and blanks that are written as entities (``&#49;``) as such."""
    return _INVISIBLE.sub("", _ENTITY.sub(_entity, text))


def _entity(match: re.Match[str]) -> str:
    if match[0] == "&nbsp;":
        return " "
    sign = chr(int(match["dec"]) if match["dec"] else int(match["hex"], 16))
    # Nothing that would mean something to a reader of markup.
    return sign if sign.isalnum() or sign == "\u00a0" else match[0]


@lru_cache(maxsize=8)  # thirty patterns look at the same text one after the other
def plain(text: str) -> str:
    """``text`` in narrow signs, of the same length, so that a place in one is a place in the other.
    Chinese numerals become digits where four or more stand in a row: 一楼 stays what it is."""
    narrow = text.translate(_NARROW)
    return _NUMERAL_RUN.sub(lambda run: run[0].translate(_DIGITS), narrow)


_DIGITS: Final = str.maketrans(_NUMERALS)


def hide(
    pattern: re.Pattern[str], text: str, mask: Callable[[re.Match[str], str], str | None]
) -> str:
    """``text`` with each match of ``pattern`` in its plain reading replaced by what ``mask`` makes
    of the match and of the text as it was written; None leaves it."""
    pieces, at = [], 0
    for match in pattern.finditer(plain(text)):
        written = text[match.start() : match.end()]
        masked = mask(match, written)
        if masked is not None:
            pieces += [text[at : match.start()], masked]
            at = match.end()
    return "".join([*pieces, text[at:]]) if pieces else text


def stars(written: str, *, keep: int = 0) -> str:
    """Every letter and digit behind the first ``keep`` as a star; signs between them stay."""
    seen, shown = 0, []
    for sign in written:
        seen += sign.isalnum()
        shown.append("*" if sign.isalnum() and seen > keep else sign)
    return "".join(shown)
