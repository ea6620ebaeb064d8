"""Spreadsheets with several sheets, in and out; one sheet alone is ``core.sheets``."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any, BinaryIO

from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.core.sheets import Column, Sheet, formats, reading, writing

# A sheet to write: its title, headings and rows.
Page = tuple[str, Sequence[Any], Iterable[Sequence[Any]]]


def read_book(
    file: BinaryIO,
    wanted: Mapping[str, tuple[Sequence[str], Sequence[Column]]],
    *,
    max_rows: int = reading.MAX_ROWS,
    max_bytes: int = reading.MAX_BYTES,
) -> dict[str, Sheet]:
    """Key → its sheet, for each of ``wanted`` (key → titles it may have, columns) that the xlsx file
    holds. Cells are stripped text, as ``core.sheets.read_rows`` gives them; one that Excel shows as a
    percentage reads “12.5%”. The file is refused as a whole (BadInput) when it is no workbook or a
    sheet lacks a required column."""
    data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        message = _("The file is larger than %(mb)s MB; split it.")
        raise BadInput(
            message % {"mb": max_bytes // 1024 // 1024}, code="file_too_large", field="file"
        )
    if data[:4] != b"PK\x03\x04":
        raise BadInput(_("This is no .xlsx file."), code="file_kind", field="file")
    keys = {title.casefold(): key for key, (titles, _columns) in wanted.items() for title in titles}
    found: dict[str, Sheet] = {}
    for title, grid in _grids(data, keys, max_rows).items():
        key = keys[title]
        try:
            found[key] = reading.shape(grid, wanted[key][1], max_rows)
        except BadInput as refusal:
            if refusal.code == "file_empty":
                continue
            refusal.message = f"“{title}”: {refusal.message}"
            raise
    return found


def _grids(
    data: bytes, titles: Mapping[str, Any], max_rows: int
) -> dict[str, list[tuple[int, list[Any]]]]:
    from openpyxl import load_workbook  # it and its like take 8 MB; few processes open sheets

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > formats.MAX_UNPACKED:
                raise BadInput(
                    _("The spreadsheet unpacks to more than it should; send a plain one."),
                    code="file_too_large",
                    field="file",
                )
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        return {
            page.title.strip().casefold(): list(_rows(page, max_rows))
            for page in book.worksheets
            if page.title.strip().casefold() in titles
        }
    except BadInput:
        raise
    except Exception:  # the library raises anything at all on hostile files
        message = _("The spreadsheet is damaged and cannot be opened; save it again and resend.")
        raise BadInput(message, code="file_broken", field="file") from None


def _rows(page: Any, max_rows: int) -> Iterator[tuple[int, list[Any]]]:
    filled = 0
    for number, cells in enumerate(page.iter_rows(max_col=formats.MAX_COLUMNS), start=1):
        row = [_value(cell) for cell in cells]
        if any(value not in (None, "") for value in row):
            filled += 1
            yield number, row
        if filled > max_rows + 20 or number > max_rows * 4 + 1000:
            return


def _value(cell: Any) -> Any:
    value = cell.value
    is_share = isinstance(value, int | float) and "%" in (getattr(cell, "number_format", "") or "")
    return f"{Decimal(str(value)) * 100:f}%" if is_share else value


def write_book(pages: Iterable[Page], *, made_at: datetime | None = None) -> bytes:
    """An xlsx file; text is always written as text, so no cell can act as a formula. With ``made_at``, which stands in
    it as the time of its making, the same pages are the same bytes."""
    buffer = io.BytesIO()
    _fill(buffer, pages, {"in_memory": True}, "0.00##", made_at)
    return buffer.getvalue()


def fill_book(file: IO[bytes], pages: Iterable[Page], *, decimals: str = "#,##0.00") -> None:
    """Likewise into an open file, row by row: memory does not grow with the rows. ``decimals`` is how
    a Decimal is shown."""
    _fill(file, pages, {"constant_memory": True}, decimals)


def _fill(
    file: IO[bytes],
    pages: Iterable[Page],
    options: Mapping[str, bool],
    decimals: str,
    made_at: datetime | None = None,
) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(
        file, {**options, "strings_to_formulas": False, "strings_to_urls": False}
    )
    if made_at is not None:
        book.set_properties({"created": made_at.astimezone(UTC).replace(tzinfo=None)})
    bold = book.add_format({"bold": True})
    formats = {
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        Decimal: book.add_format({"num_format": decimals}),
    }
    for title, headings, rows in pages:
        sheet = book.add_worksheet(title[:31])
        writing.fill_sheet(sheet, headings, rows, bold=bold, formats=formats)
    book.close()
