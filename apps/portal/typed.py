"""What people type or paste into the one field: its waybill numbers, and what is wrong if there
are none."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.tracking.typed import find_numbers

MOST_NUMBERS = 20
MISSING = "number_missing"
MOST_CHARACTERS = 5000
# Found beyond this many, the rest is not even counted.
_COUNTED = 5000
_IN_ADDRESS = 300
_BETWEEN = re.compile(r"[,，;；、|/。\s\u200b\u200e\u200f\ufeff]+")


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
    # Everything that is or should be a number of ours, for an address: also what was left out.
    found: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.numbers and not self.bad


def take_apart(text: str, *, parse: Callable[[str], str]) -> Typed:
    """Canonical numbers in the order typed, each once, at most MOST_NUMBERS with what is mistyped.

    ``parse`` raises BadInput for what is no number; its message goes to the person as it is. Words
    beside a number are no mistake; without any number one line says so, or one for each piece of
    a list.
    """
    typed = Typed(text=text[:MOST_CHARACTERS])
    found = find_numbers(text, most=_COUNTED)
    typed.numbers = found.numbers[:MOST_NUMBERS]
    typed.left_out = len(found.numbers) - len(typed.numbers)
    typed.found = [*found.numbers, *map(_compact, found.mistyped)][:_IN_ADDRESS]
    wrong = found.mistyped or ([] if found.numbers else _listed(text))
    room = MOST_NUMBERS - len(typed.numbers)
    typed.bad = [_explained(piece, parse) for piece in wrong[:room]]
    typed.left_out += len(wrong[room:])
    if typed.is_empty and any(c.isalnum() for c in text):
        message = _("It is printed at the barcode; you can paste the whole message that has it.")
        typed.bad = [BadNumber(" ".join(text.split())[:40], message, MISSING)]
    return typed


def _listed(text: str) -> list[str]:
    """The pieces of a list of attempts; nothing for a sentence, where no word stands for a number."""
    pieces = list(dict.fromkeys(filter(None, _BETWEEN.split(text))))
    attempts = all(any(c.isdigit() for c in piece) and len(piece) <= 40 for piece in pieces)
    return pieces if attempts else []


def _compact(piece: str) -> str:
    return "".join(c for c in piece if c.isalnum())


def _explained(piece: str, parse: Callable[[str], str]) -> BadNumber:
    try:
        parse(piece)
    except BadInput as refusal:
        return BadNumber(piece[:40], str(refusal), refusal.code)
    return BadNumber(piece[:40], "", "")
