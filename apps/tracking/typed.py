"""Waybill numbers in whatever people type, paste, scan or write: the one reader of every door.

A whole message may hold them: in a sentence, beside Chinese letters, in brackets, in the address of
a tracking page, in groups as they are printed. Programs use ``parse_waybill_number``, which is
exact. Our letters are strong evidence; twelve digits alone are weak, since one foreign number in
ten fits the check digit too. So bare digits count only where they stand alone as twelve, written
as one or in groups of four, without a label that says what else they are, and beside a number with
our letters only in a plain list.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import unquote

from django.conf import settings
from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.tracking.numbers import BODY_DIGITS, parse_waybill_number

MOST_CHARACTERS: Final = 40_000
_SIZE: Final = BODY_DIGITS + 1
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\u20e3\ufeff]")
# How the lines of a list are counted: ① before a number, 1. before its digits.
_COUNTED = re.compile(r"(?<![①-⒛])[①-⒛](?![①-⒛⓪])")
_COUNTED_PLAINLY = re.compile(r"(?<!\S)\d{1,2}[.,)](?=\d{12}(?!\d))")
_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")
_GAP = r"[\s\-_.·+‐‑–—]{0,3}"
_LETTER = re.compile(r"[^\W\d_]")
_ADDRESS = re.compile(
    r"(?:[A-Z]{2,10}://|WWW\.|(?<![A-Z0-9.-])(?:[A-Z0-9-]+\.)+[A-Z]{2,6}/)[^\s，。；、）】》”\"<>]*"
)
_BARE = re.compile(
    r"(?:(?<=TRACK/)|(?<![A-Z0-9.+¥$€/*]))(?<!\d[:\-])"
    r"(?:\d{12}|(?<!\d )\d{4}([ \-])\d{4}\1\d{4}(?! \d))(?![A-Z0-9*]|[.:\-]\d|,\d{1,3}(?!\d))"
)
# What else twelve digits are, by the words before them: phones, orders, accounts, other carriers.
_LABEL = re.compile(
    r"(?:电话|手机|座机|热线|传真|联系方式|微信|QQ|TEL|PHONE|MOBILE|FAX|订单|ORDER|流水号|身份证|卡号|账号|帐号|ACCOUNT|发票|金额|取件码"
    r"|顺丰|中通|圆通|申通|韵达|百世|极兔|京东|德邦|邮政|EMS|SF|ZTO|YTO|STO|JD|DHL|UPS|FEDEX)[^\d\n]{0,8}$"
)
_MOMENT = re.compile(r"20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d")
_WORD = re.compile(r"[^\s,，;；、|。()（）\[\]【】<>《》\"“”'‘’]+")
_ENOUGH: Final = 3
# Where a cell of a list ends, and what no barcode looks like: a mobile, a day, an hour, 2/3.
_CELL: Final = "\n\r,;、|"
_CELL_ENDS = re.compile(rf"[^\S{_CELL}]*(?:[{_CELL}]|\Z)")
_NO_CODE = re.compile(
    r"1[3-9]\d{9}|\d{2,4}[-/.]\d{1,2}([-/.]\d{1,2})?|\d{1,2}:\d\d(:\d\d)?|\d{1,2}/\d{1,2}"
)


class Piece(NamedTuple):
    """A stretch of the text; ``number`` canonical, or empty where it only looks like one of ours."""

    start: int
    end: int
    text: str
    number: str


@dataclass(slots=True)
class Found:
    """``numbers`` canonical, in order, each once; ``mistyped`` what only looks like one of ours."""

    numbers: list[str] = field(default_factory=list)
    mistyped: list[str] = field(default_factory=list)


def find_numbers(text: str, *, most: int) -> Found:
    """Every waybill number in a text, at most ``most``."""
    pieces = _pieces(_plain(text))
    numbers = list(dict.fromkeys(piece.number for piece in pieces if piece.number))
    mistyped = list(dict.fromkeys(piece.text for piece in pieces if not piece.number))
    return Found(numbers[:most], mistyped)


def one_number(text: str) -> str:
    """The number meant by a field that takes one. BadInput: the codes of
    ``parse_waybill_number``, and ``number_many`` where there is more than one."""
    found = find_numbers(text, most=3)
    if len(found.numbers) > 1:
        raise BadInput(
            _("There is more than one waybill number here; give one of them."),
            code="number_many",
            field="waybill_number",
        )
    if found.numbers:
        return found.numbers[0]
    return parse_waybill_number(found.mistyped[0] if found.mistyped else text)


def items_of(text: str) -> list[str]:
    """Everything that was scanned or typed into a list, each once and in order: canonical numbers,
    and as they are the codes that are none of ours. Words around them are left out."""
    plain = _plain(text)
    items: dict[str, None] = {}
    at = 0
    pieces = _pieces(plain)
    # Blanks for the addresses, so that what stands around a number in one is no item either.
    bare = _ADDRESS.sub(lambda found: " " * len(found[0]), plain)
    for piece in [*pieces, Piece(len(plain), len(plain), "", "")]:
        words = (word for word in _WORD.finditer(bare, at, piece.start))
        items |= {w[0]: None for w in words if _is_code(w, among_numbers=bool(pieces))}
        if piece.text:
            items[piece.number or " ".join(piece.text.split())] = None
        at = piece.end
    return list(items)


def with_prefix(text: str) -> str:
    """What was typed on a phone's keypad, with our letters before it."""
    typed = unicodedata.normalize("NFKC", text[:60]).strip().upper()
    if typed[:1].isalpha():
        return typed
    digits = "".join(c for c in typed if c.isdigit())
    return f"{settings.WAYBILL_PREFIX}{digits}"


def _plain(text: str) -> str:
    """One width, capitals, nothing invisible, the %-signs of addresses undone."""
    text = text[:MOST_CHARACTERS]
    if "%" in text:
        text = unquote(text)
    # A Chinese comma parts numbers, a narrow one may part thousands.
    text = _COUNTED.sub(" ", text).replace("，", ";")
    narrow = unicodedata.normalize("NFKC", text)
    narrow = _COUNTED_PLAINLY.sub(" ", _INVISIBLE.sub("", narrow).upper())
    return _FOREIGN_DIGIT.sub(lambda found: str(unicodedata.decimal(found[0])), narrow)


@lru_cache(maxsize=4)
def _patterns(prefix: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    letters = r"[\s\-.]?".join(map(re.escape, prefix))
    begins = rf"(?:(?<![A-Z0-9])|(?<=\bNO)|(?<=(?<![A-Z])\d)){letters}{_GAP}"
    whole = re.compile(rf"{begins}\d(?:{_GAP}\d){{{_SIZE - 1}}}(?!\d)", re.ASCII)
    nearly = re.compile(rf"{begins}\d(?:{_GAP}\d){{{_SIZE - 5},{_SIZE + 3}}}(?!\d)", re.ASCII)
    return whole, nearly


def _pieces(plain: str) -> list[Piece]:
    """In order of the text, none over another."""
    whole, nearly = _patterns(settings.WAYBILL_PREFIX)
    ours = [_piece(match) for match in whole.finditer(plain) if _holds_together(match[0])]
    ours = [piece for piece in ours if piece.number]
    rest = _blank(plain, ours)
    lettered = [*ours, *(_piece(match) for match in nearly.finditer(rest))]
    rest = _blank(plain, lettered)
    if ours and _LETTER.search(_ADDRESS.sub(" ", rest)):
        return sorted(lettered)
    bare = (_piece(match, settings.WAYBILL_PREFIX) for match in _BARE.finditer(rest))
    alone = [piece for piece in bare if piece.number and _is_alone(rest, piece)]
    return sorted([*lettered, *alone])


def _piece(match: re.Match[str], prefix: str = "") -> Piece:
    try:
        number = parse_waybill_number(prefix + match[0].replace("+", " "))
    except BadInput:
        number = ""
    return Piece(match.start(), match.end(), match[0], number)


def _holds_together(text: str) -> bool:
    """Not eleven digits and the first of the next word: a last digit apart belongs to the number
    only where all of them stand apart."""
    groups = re.findall(r"\d+", text)
    return len(groups) < 2 or len(groups[-1]) > 1 or max(map(len, groups)) == 1


def _is_alone(plain: str, piece: Piece) -> bool:
    digits = "".join(c for c in piece.text if c.isdigit())
    return not _MOMENT.fullmatch(digits) and not _LABEL.search(plain[: piece.start][-24:])


def _blank(plain: str, pieces: list[Piece]) -> str:
    """The text with spaces where the pieces are, so that positions stay."""
    for piece in pieces:
        plain = plain[: piece.start] + " " * (piece.end - piece.start) + plain[piece.end :]
    return plain


def _is_code(found: re.Match[str], *, among_numbers: bool) -> bool:
    """A barcode of somebody else, not a word of a sentence."""
    word = found[0].strip("#:?=&/.-_!*")
    if not among_numbers:
        return bool(word)
    if not word.isascii() or len(word) < _ENOUGH or _NO_CODE.fullmatch(word):
        return False
    return any(sign.isdigit() for sign in word) or _fills_its_cell(found)


def _fills_its_cell(found: re.Match[str]) -> bool:
    """A word without a digit that stands alone in its line or between two commas was meant."""
    text, start = found.string, found.start()
    begins = max(text.rfind(sign, 0, start) for sign in _CELL) + 1
    return not text[begins:start].strip() and bool(_CELL_ENDS.match(text, found.end()))
