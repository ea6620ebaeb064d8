"""What people send is read carefully: headings by their synonyms, bad rows apart from good ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.core.sheets.cells import text_of, texts_of
from apps.core.sheets.formats import read_csv, read_xls, read_xlsx

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 5_000
MAX_CELL = 4_000


@dataclass(frozen=True)
class Column:
    """One expected column: its key in code and the headings it may stand under. The first heading is
    the Chinese one, the second the English one that templates and refusals use; others are synonyms."""

    key: str
    headings: tuple[str, ...]
    required: bool = False

    @property
    def heading(self) -> str:
        """In the reader's language."""
        chinese = (get_language() or "").startswith("zh")
        return self.headings[0 if chinese or len(self.headings) == 1 else 1]


@dataclass
class SheetRow:
    number: int  # as the person sees it, the heading being row 1 unless preamble precedes it
    values: dict[str, str]
    errors: list[BadInput] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)  # everything that stood in it, as read


@dataclass
class Sheet:
    headings: list[str]
    rows: list[SheetRow]


def read_rows(
    file: BinaryIO,
    *,
    filename: str,
    columns: Sequence[Column],
    max_rows: int = MAX_ROWS,
    max_bytes: int = MAX_BYTES,
) -> Sheet:
    """Read an xlsx, xls or csv file into rows keyed by column; every value is stripped text.

    The whole file is refused (BadInput) when it is too large, broken, of another kind, or lacks
    a required column. A row with a formula, an over-long cell or control characters carries its
    error in ``errors`` and the other rows stay good. CSV may be UTF-8 (with or without BOM),
    UTF-16 with BOM, or GB18030.
    """
    data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise BadInput(
            _("The file is larger than %(mb)s MB; split it.") % {"mb": max_bytes // 1024 // 1024},
            code="file_too_large",
            field="file",
        )
    if not data:
        raise BadInput(_("The file is empty."), code="file_empty", field="file")
    if data[:4] == b"PK\x03\x04":
        grid = read_xlsx(data, max_rows)
    elif data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        grid = read_xls(data, max_rows)
    elif filename.lower().endswith((".csv", ".txt", ".tsv")):
        grid = read_csv(data, max_rows)
    else:
        raise BadInput(
            _("“%(name)s” is neither an .xlsx, .xls nor .csv file.") % {"name": filename[:80]},
            code="file_kind",
            field="file",
        )
    return shape(grid, columns, max_rows)


def shape(grid: list[tuple[int, list[Any]]], columns: Sequence[Column], max_rows: int) -> Sheet:
    if not grid:
        raise BadInput(_("The file has no rows."), code="file_empty", field="file")
    wanted = {_fold(h): column.key for column in columns for h in (column.key, *column.headings)}
    head_at = 0
    places: dict[str, int] = {}
    for at, (_number, row) in enumerate(grid[:20]):
        found = {
            wanted[_fold(cell)]: i
            for i, cell in reversed(list(enumerate(row)))
            if _fold(cell) in wanted
        }
        if len(found) > len(places):
            head_at, places = at, found
    missing = [c.heading for c in columns if c.required and c.key not in places]
    if missing:
        raise BadInput(
            _("The heading row lacks: %(columns)s. Start from the template.")
            % {"columns": "、".join(missing)},
            code="columns_missing",
            field="file",
        )
    body = grid[head_at + 1 :]
    if len(body) > max_rows:
        raise BadInput(
            _("The file has more than %(n)s rows; split it.") % {"n": max_rows},
            code="too_many_rows",
            field="file",
        )
    return Sheet(
        headings=texts_of(grid[head_at][1]),
        rows=[_row(number, cells, places) for number, cells in body],
    )


def _row(number: int, cells: list[Any], places: dict[str, int]) -> SheetRow:
    row = SheetRow(number=number, values={}, cells=texts_of(cells))
    for key, at in places.items():
        cell = cells[at] if at < len(cells) else None
        text = text_of(cell)
        row.values[key] = text
        if text.startswith("=") or (text[:1] in "+@-" and "(" in text):
            row.errors.append(
                BadInput(
                    _("The cell holds a formula; paste its value instead."),
                    code="formula",
                    field=key,
                    row=number,
                )
            )
        elif len(text) > MAX_CELL or any(ord(c) < 32 and c not in "\t\n\r" for c in text):
            row.errors.append(
                BadInput(
                    _("The cell is too long or holds characters that cannot be kept."),
                    code="bad_text",
                    field=key,
                    row=number,
                )
            )
    return row


def _fold(value: Any) -> str:
    return "".join(text_of(value).split()).strip("*＊").casefold()
