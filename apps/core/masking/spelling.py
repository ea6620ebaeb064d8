"""A text as its reader understands it: 1390, １３９０, 一三九〇 and 1 3 9 0 say the same. Pure."""

import re
import unicodedata
from collections.abc import Callable

_NUMERALS = dict(zip("〇零一二三四五六七八九幺", "00123456789" + "1", strict=True))
_NUMERAL_RUN = re.compile(
    r"[〇零一二三四五六七八九幺](?:[\s.\-·]{0,2}[〇零一二三四五六七八九幺]){3,}"
)


def plain(text: str) -> str:
    """``text`` in narrow signs, of the same length, so that a place in one is a place in the other.
    Chinese numerals become digits where four or more stand in a row: 一楼 stays what it is."""
    signs = [unicodedata.normalize("NFKC", sign) for sign in text]
    narrow = [small if len(small) == 1 else sign for small, sign in zip(signs, text, strict=True)]
    for run in _NUMERAL_RUN.finditer(text):
        for at in range(run.start(), run.end()):
            narrow[at] = _NUMERALS.get(narrow[at], narrow[at])
    return "".join(narrow)


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
    return "".join([*pieces, text[at:]])


def stars(written: str, *, keep: int = 0) -> str:
    """Every letter and digit behind the first ``keep`` as a star; signs between them stay."""
    seen, shown = 0, []
    for sign in written:
        seen += sign.isalnum()
        shown.append("*" if sign.isalnum() and seen > keep else sign)
    return "".join(shown)
