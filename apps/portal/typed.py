"""What people type or paste into the one field, taken apart into waybill numbers."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from apps.core.errors import BadInput

MOST_NUMBERS = 20
MOST_CHARACTERS = 1000
# Commas, semicolons and enumeration marks in both widths, new lines, bars: always between numbers.
_BETWEEN = re.compile(r"[,，;；、|/。\r\n]+")
# Spaces of every width stand between numbers, or inside one that was copied with its grouping.
_SPACE = re.compile(r"[\s\u00a0\u200b\u200e\u200f\u3000\ufeff]+")


@dataclass(frozen=True, slots=True)
class BadNumber:
    """A piece that is not a waybill number, and what to do about it in a sentence."""

    text: str
    message: str
    code: str


@dataclass(slots=True)
class Typed:
    text: str
    numbers: list[str] = field(default_factory=list)
    bad: list[BadNumber] = field(default_factory=list)
    left_out: int = 0

    @property
    def is_empty(self) -> bool:
        return not self.numbers and not self.bad


def take_apart(text: str, *, parse: Callable[[str], str]) -> Typed:
    """Canonical numbers in the order typed, each once, at most MOST_NUMBERS pieces.

    ``parse`` raises BadInput for what is no number; its message goes to the person as it is.
    """
    typed = Typed(text=text[:MOST_CHARACTERS])
    pieces = list(dict.fromkeys(_pieces(typed.text, parse)))
    typed.left_out = max(0, len(pieces) - MOST_NUMBERS)
    for piece in pieces[:MOST_NUMBERS]:
        try:
            number = parse(piece)
        except BadInput as refusal:
            typed.bad.append(BadNumber(piece[:40], str(refusal), refusal.code))
        else:
            if number not in typed.numbers:
                typed.numbers.append(number)
    return typed


def _pieces(text: str, parse: Callable[[str], str]) -> Iterator[str]:
    for chunk in _BETWEEN.split(text):
        words = [word for word in _SPACE.split(chunk) if word]
        # "YP 1234 5678" is one number, "YP 1234 YP 5678" two: a letter begins the next.
        runs: list[list[str]] = []
        for word in words:
            if runs and not word[0].isalpha():
                runs[-1].append(word)
            else:
                runs.append([word])
        for run in runs:
            whole = "".join(run)
            if len(run) > 1 and _is_number(whole, parse):
                yield whole
            else:
                yield from run


def _is_number(text: str, parse: Callable[[str], str]) -> bool:
    try:
        parse(text)
    except BadInput:
        return False
    return True
