"""Amounts, days and times as banks write them. Pure; ValueError for what is none."""

import re
import unicodedata
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

CENT = Decimal("0.01")
NOTHING = frozenset({"", "-", "--", "—", "——", "－", "/", "null", "none"})
_COMMA_DECIMAL = re.compile(r"^[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d{1,2}$")
_DRESS = re.compile(r"[¥￥$€£'\s]|CNY|RMB|人民币|元$", re.IGNORECASE)
# What most cells hold: nothing to undress and at most two decimals.
_PLAIN = re.compile(r"^[+-]?\d{1,12}(?:\.\d{1,2})?$", re.ASCII)
_NUMBER = re.compile(r"^[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?$")


def cell_text(value: Any) -> str:
    """A cell as text: padding and tabs gone, full-width forms made plain, whole floats without ``.0``."""
    if type(value) is str:
        return " ".join(
            (value if value.isascii() else unicodedata.normalize("NFKC", value)).split()
        )
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return " ".join(unicodedata.normalize("NFKC", str(value)).split())


def amount_of(value: Any) -> Decimal | None:
    """The amount in yuan; None for a blank or a dash. A cent is the smallest part."""
    if type(value) is str and _PLAIN.match(value):
        return Decimal(value).quantize(CENT) + 0
    if isinstance(value, bool):
        raise ValueError(value)
    if isinstance(value, int | float):
        return _cents(Decimal(repr(value)))
    return _undressed(value) if value else None


def _undressed(value: Any) -> Decimal | None:
    text = _DRESS.sub("", cell_text(value))
    if text.lower() in NOTHING:
        return None
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    elif text.endswith("-"):
        text = f"-{text[:-1]}"
    if _COMMA_DECIMAL.match(text):
        text = text.replace(".", "").replace(",", ".")
    elif not _NUMBER.match(text):
        raise ValueError(text)
    return _cents(Decimal(text.replace(",", "")))


def _cents(amount: Decimal) -> Decimal:
    try:
        rounded = amount.quantize(CENT)
    except InvalidOperation:
        raise ValueError(amount) from None
    if rounded != amount:
        raise ValueError(amount)
    return rounded + 0  # no minus zero


_YMD = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:\D|$)")
_LOOSE = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?:\D|$)")
_SHORT = re.compile(r"^(\d{1,2})[-/.月](\d{1,2})日?$")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_COMPACT_CLOCK = re.compile(r"^(\d{2})(\d{2})(\d{2})$")


def is_loose(text: str) -> bool:
    """A day with its year at the end, of which one cannot tell day and month."""
    return bool(_LOOSE.match(text))


def is_day_first(texts: list[str]) -> bool:
    """How a column of days like 12/15/2018 is to be read: month first only where a day above the
    twelfth stands second and none stands first."""
    pairs = [(int(m[1]), int(m[2])) for text in texts if (m := _LOOSE.match(text))]
    return not any(b > 12 for _a, b in pairs) or any(a > 12 for a, _b in pairs)


def day_of(value: Any, *, day_first: bool = True, month: date | None = None) -> date:
    """``month`` is the statement's, for days without a year: 12/29 on a January statement is the year
    before."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = cell_text(value)
    if found := _YMD.search(text) or _COMPACT.match(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _LOOSE.match(text):
        first, second, year = (int(part) for part in found.groups())
        year += 2000 if year < 100 else 0
        return date(year, second, first) if day_first else date(year, first, second)
    if month is not None and (found := _SHORT.match(text)):
        number, day = int(found[1]), int(found[2])
        return date(month.year - (number > month.month), number, day)
    raise ValueError(text)


def time_of(value: Any) -> time | None:
    """The time in a cell, which may hold a day as well; None where there is none."""
    if isinstance(value, datetime):
        return value.time() if value.time() != time() else None
    if isinstance(value, time):
        return value
    text = cell_text(value)
    found = _CLOCK.search(text) or _COMPACT_CLOCK.match(text)
    if not found:
        return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    return time(hour, minute, second)
