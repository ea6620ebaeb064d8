"""Texts of payments as tokens; names as they are compared. Pure."""

import re
import unicodedata
from functools import lru_cache

_TOKEN = re.compile(r"[0-9a-z]+")
# Whatever the alphabet: for names.
_WORD = re.compile(r"[\u3400-\u9fff]+|[^\W_]+")
_SAME = {"and": "", "the": "", "co": "", "ltd": "", "inc": "", "gmbh": "", "llc": "", "company": ""}
_DIGITS_ENOUGH = 5


def plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[str, ...]:
    """``INV/2019/00001`` → ``inv 2019 00001``: separators are ignored, Chinese text separates."""
    return tuple(_TOKEN.findall(plain(text)))


def names_whole(number: str, text: str) -> bool:
    """Whether ``number`` stands in ``text`` in whole tokens, however it is separated; its letters in
    front may be missing where five digits or more are left (``INV/2019/00001`` in "invoice 2019-00001")."""
    parts = tokens(number)
    if not parts:
        return False
    text_tokens = tokens(text)
    if _joins_to("".join(parts), text_tokens):
        return True
    digits = parts[next((at for at, part in enumerate(parts) if part.isdigit()), len(parts)) :]
    short = "".join(digits)
    left_out = 0 < len(digits) < len(parts) and short.isdigit() and len(short) >= _DIGITS_ENOUGH
    return left_out and _joins_to(short, text_tokens)


def _joins_to(wanted: str, text_tokens: tuple[str, ...]) -> bool:
    for begin in range(len(text_tokens)):
        joined = ""
        for part in text_tokens[begin:]:
            joined += part
            if joined == wanted:
                return True
            if not wanted.startswith(joined):
                break
    return False


def common_tokens(reference: str, text: str) -> int:
    """How many of a reference's tokens with a digit, of three characters or more, stand in the text."""
    wanted = {part for part in tokens(reference) if len(part) >= 3 and not part.isalpha()}
    return len(wanted & set(tokens(text)))


@lru_cache(maxsize=4096)
def name_words(name: str) -> frozenset[str]:
    """The words of a name that tell it apart: without forms of companies and single letters."""
    found = (_SAME.get(word, word) for word in _WORD.findall(plain(name)))
    return frozenset(word for word in found if len(word) > 1)


def name_key(name: str) -> str:
    """A name as it is compared whole: full and half width, brackets and blanks make no difference."""
    return "".join(_WORD.findall(plain(name)))
