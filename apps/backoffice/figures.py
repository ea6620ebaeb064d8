"""Pictures of a few numbers: bars and a share as SVG drawn by the server, the numbers in a table beside.

Pure; lengths are units of the picture's own, it scales to its place. ``templatetags.figures`` shows one.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

WIDTH = 320
LABEL, LINE = 92, 24  # of rows: the width of the names, the height of each
PLOT, FOOT = (
    110,
    18,
)  # of columns: the height of the longest with its number, and of the labels below
STRIPE = 28  # the height of a share
DIGIT = 8  # the width of one in a number behind a bar
LONGEST_NAME = 10  # in letters; a Chinese one takes the room of two


class Shape(Enum):
    COLUMNS = "columns"
    ROWS = "rows"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Value:
    """``href`` leads to the rows that were counted; ``colour`` is a class of the stylesheet; ``short``
    is what the picture says where the label is too long for it."""

    label: str
    count: int
    href: str = ""
    colour: str = "blue"
    short: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """One bar and its words: the name at (``name_x``, ``name_y``), the number at the other two."""

    value: Value
    x: int
    y: int
    width: int
    height: int
    name_x: int = 0
    name_y: int = 0
    number_x: int = 0
    number_y: int = 0

    @property
    def name(self) -> str:
        return self.value.short or fitting(self.value.label)


@dataclass(frozen=True, slots=True)
class Figure:
    """``name`` is unique on the page; ``of`` and ``counted`` are the heads of the table; ``empty`` is
    said when there is nothing to show, and ``most`` how many values are drawn (all are in the table)."""

    name: str
    title: Any
    shape: Shape
    of: Any
    counted: Any
    empty: Any
    values: Sequence[Value] = field(default_factory=list)
    most: int = 12

    @property
    def total(self) -> int:
        return sum(value.count for value in self.values)

    @property
    def percent(self) -> int:
        """The first value's share of all, rounded down: 100 only when nothing else is there."""
        return self.values[0].count * 100 // self.total if self.total else 0

    @property
    def listed(self) -> list[Value]:
        """What the table says: an hour with nothing has no line."""
        return [value for value in self.values if value.count or self.shape is Shape.SHARE]

    @property
    def in_words(self) -> str:
        return ", ".join(f"{value.label}: {value.count}" for value in self.listed)

    @property
    def marks(self) -> list[Mark]:
        return DRAWN[self.shape](self.values[: self.most])

    @property
    def width(self) -> int:
        return WIDTH

    @property
    def height(self) -> int:
        if self.shape is Shape.COLUMNS:
            return PLOT + FOOT
        return STRIPE if self.shape is Shape.SHARE else LINE * min(len(self.values), self.most)


def columns(values: Sequence[Value]) -> list[Mark]:
    """One upright bar each, from left to right."""
    step, highest = WIDTH / max(len(values), 1), _highest(values)
    marks = []
    for n, value in enumerate(values):
        height = _length(value.count, highest, PLOT - 16)
        middle, wide = round((n + 0.5) * step), round(step * 0.7)
        top = PLOT - height
        marks.append(
            Mark(value, middle - wide // 2, top, wide, height, middle, PLOT + 13, middle, top - 4)
        )
    return marks


def rows(values: Sequence[Value]) -> list[Mark]:
    """One lying bar each, from top to bottom, its name before and its number behind it."""
    highest = _highest(values)
    room = WIDTH - LABEL - DIGIT * max(3, len(str(highest))) - 6
    marks = []
    for n, value in enumerate(values):
        width, text = _length(value.count, highest, room), n * LINE + 15
        end = LABEL + width + 5
        marks.append(Mark(value, LABEL, n * LINE + 4, width, LINE - 8, 0, text, end, text))
    return marks


def share(values: Sequence[Value]) -> list[Mark]:
    """One bar in parts that together fill it; a part that is there is seen."""
    total, at, marks = sum(value.count for value in values), 0, []
    there = [value for value in values if value.count]
    for n, value in enumerate(there):
        left = 3 * (len(there) - n - 1)
        width = min(max(3, round(WIDTH * value.count / total)), WIDTH - at - left)
        width = WIDTH - at if n == len(there) - 1 else width
        marks.append(Mark(value, at, 0, width, STRIPE))
        at += width
    return marks


DRAWN = {Shape.COLUMNS: columns, Shape.ROWS: rows, Shape.SHARE: share}


def fitting(name: str) -> str:
    """As much of it as there is room for before a bar."""
    if _room(name) <= LONGEST_NAME:
        return name
    while _room(name) >= LONGEST_NAME:
        name = name[:-1]
    return f"{name}…"


def _room(name: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in name)


def _highest(values: Sequence[Value]) -> int:
    return max((value.count for value in values), default=0)


def _length(count: int, highest: int, room: int) -> int:
    """In proportion; what is there at all is seen."""
    return max(2, round(room * count / highest)) if count else 0
