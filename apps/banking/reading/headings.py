"""Which row of a sheet is the heading, and which column holds what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.banking.reading.figures import cell_text
from apps.banking.reading.layouts import SEVERAL, Layout
from apps.core.errors import BadInput

LOOK_AT = 60  # the longest preamble seen has 24 rows


@dataclass(frozen=True, slots=True)
class Head:
    """``at`` is the heading's place in the grid; ``places`` the columns of each role."""

    at: int
    layout: Layout
    places: dict[str, list[int]]
    width: int

    def first(self, role: str) -> int | None:
        found = self.places.get(role)
        return found[0] if found else None


def find_head(rows: Sequence[tuple[int, list[Any]]], layouts: Sequence[Layout]) -> Head:
    """The first layout whose headings are there; the row that names most columns."""
    folded = [[fold(cell) for cell in cells] for _number, cells in rows[:LOOK_AT]]
    best: dict[str, list[int]] = {}
    for layout in layouts:
        for at, cells in enumerate(folded):
            if not _fits(layout, cells, folded[:at]):
                continue
            places = _places(layout, cells)
            if _is_enough(places):
                width = max((n for n, cell in enumerate(cells, start=1) if cell), default=0)
                return Head(at, layout, places, width)
            best = max(best, places, key=len)
    missing = [
        word
        for word, there in (
            (_("day"), "day" in best),
            (_("amount, or income and expense"), {"amount", "income", "outgo"} & set(best)),
        )
        if not there
    ]
    raise BadInput(
        _("No heading row was found: the columns for %(columns)s are missing.")
        % {"columns": ", ".join(missing) or _("day")},
        code="columns_missing",
        field="file",
    )


def fold(cell: Any) -> str:
    """As headings are compared; some banks put the English in square brackets behind the Chinese."""
    return cell_text(cell).partition("[")[0].replace(" ", "").casefold()


def _fits(layout: Layout, cells: list[str], before: list[list[str]]) -> bool:
    there = set(cells)
    if not all(fold(name) in there for name in layout.needs):
        return False
    title = fold(layout.title)
    return not title or any(title in cell for row in before for cell in row)


def _places(layout: Layout, cells: list[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for role, names in layout.columns.items():
        wanted = [fold(name) for name in names]
        if role in SEVERAL:
            found = [at for at, cell in enumerate(cells) if cell in wanted]
        else:
            found = [cells.index(name) for name in wanted if name in cells][:1]
        if found:
            places[role] = found
    if "income" in places and "outgo" in places:
        places.pop("amount", None)
        places.pop("mark", None)
    elif "amount" in places:
        places.pop("income", None)
        places.pop("outgo", None)
    return places


def _is_enough(places: dict[str, list[int]]) -> bool:
    return "day" in places and ("amount" in places or {"income", "outgo"} <= set(places))
