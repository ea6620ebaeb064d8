"""Records with one row per call or per phone rung, under headings or in a fixed order. Pure.

Each profile says what its columns are called and what a row means; rows of one call id fold into one call."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.hotline.enums import CallOutcome, Direction
from apps.hotline.reading.values import (
    LineRefused,
    Lines,
    Reading,
    Refusal,
    Setting,
    answer_after_offer,
    end_after_answer,
    half,
    known_extension,
    text_of,
)


@dataclass(slots=True)
class Row:
    """What one row says of a call. ``rang`` are extensions that it rang in vain."""

    call_id: str
    direction: str
    caller: str
    offered: int | None
    answered: int | None = None
    ended: int | None = None
    outcome: str = CallOutcome.OPEN.value
    queue: str = ""
    extension: str = ""
    rang: tuple[str, ...] = ()


Cells = Mapping[str, str]


@dataclass(frozen=True)
class Layout:
    """``columns``: role → the headings it goes by. ``order``: the roles in their places, for files without
    headings. ``needs`` must be there. ``source`` is where the format is documented."""

    source: str
    columns: Mapping[str, tuple[str, ...]]
    needs: tuple[str, ...]
    read: Callable[[Cells, Setting], Row]
    order: tuple[str, ...] = ()


def folded(heading: str) -> str:
    return "".join(c for c in heading.lower() if c.isalnum())


def places_of(layout: Layout, head: list[str]) -> dict[str, int] | None:
    """Role → place; None where the line is no line of headings."""
    known = {folded(one): place for place, one in reversed(list(enumerate(head)))}
    found = {
        role: known[folded(name)]
        for role, names in layout.columns.items()
        for name in reversed(names)
        if folded(name) in known
    }
    return found if all(role in found for role in layout.needs) else None


def cells_of(raw: bytes) -> list[str]:
    """One row; a field does not run over several lines in any of these formats."""
    text = text_of(raw)
    if text.count('"') % 2:
        raise half()
    delimiter = max(",\t;", key=text.count)
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:  # the end of a line in its middle
        raise half() from None


def read_sheet(lines: Lines, setting: Setting, layout: Layout, head: bytes) -> Reading:
    """``head`` is the first line of the file, which the lines need not begin with."""
    reading = Reading()
    try:
        places = places_of(layout, cells_of(head))
    except LineRefused:
        places = None
    has_head = places is not None
    if places is None and layout.order:
        places = {role: place for place, role in enumerate(layout.order) if role}
    for number, raw in lines:
        reading.lines += 1
        if has_head and number == 1:
            continue
        try:
            if places is None:
                raise LineRefused(
                    "no_headings", _("The first line has none of the headings of this format.")
                )
            cells = cells_of(raw)
            if any(cells):
                _take(reading, _row(cells, places, layout, setting), setting)
        except LineRefused as refusal:
            reading.refused.append(Refusal(number, refusal.code, str(refusal)))
    return reading


def _row(cells: list[str], places: dict[str, int], layout: Layout, setting: Setting) -> Row:
    if len(cells) <= max(places[role] for role in layout.needs):
        raise half()
    named = {
        role: cells[place].strip() if place < len(cells) else "" for role, place in places.items()
    }
    return layout.read(named, setting)


def _take(reading: Reading, row: Row, setting: Setting) -> None:
    if not row.call_id:
        raise LineRefused("no_call", _("The line names no call."))
    if row.offered is None:
        raise LineRefused("bad_time", _("The line has no time."))
    if row.answered is not None:
        answer_after_offer(row.answered, row.offered)
    if row.ended is not None:
        end_after_answer(row.ended, row.answered or row.offered)
    extension = known_extension(row.extension, setting) if row.extension else ""
    rang = [known_extension(one, setting) for one in row.rang]
    part = reading.part(row.call_id[:80])
    if row.direction != Direction.IN or not part.legs:
        part.direction = row.direction
    part.caller = part.caller or row.caller
    part.offer(row.offered, row.queue)
    if row.answered is not None:
        part.answer(row.answered, extension)
    if row.ended is not None:
        part.end(row.ended, CallOutcome.OPEN.value if row.answered is not None else row.outcome)
    if extension:
        part.leg(extension, row.offered, row.answered, row.ended)
    for one in rang:
        part.leg(one, row.offered, None, row.answered or row.ended)


def direction_of(frm: str, to: str, setting: Setting) -> str:
    if not setting.is_internal(frm):
        return Direction.IN.value
    return (Direction.INTERNAL if setting.is_internal(to) else Direction.OUT).value
