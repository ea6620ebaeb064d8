"""Spreadsheets in and out: what people send is read carefully, what we send opens without a
warning."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any, BinaryIO

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.core.errors import BadInput

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_ROWS = 5_000
MAX_COLUMNS = 200
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
        grid = _read_xlsx(data, max_rows)
    elif data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        grid = _read_xls(data, max_rows)
    elif filename.lower().endswith((".csv", ".txt", ".tsv")):
        grid = _read_csv(data, max_rows)
    else:
        raise BadInput(
            _("“%(name)s” is neither an .xlsx, .xls nor .csv file.") % {"name": filename[:80]},
            code="file_kind",
            field="file",
        )
    return _shape(grid, columns, max_rows)


def _read_xlsx(data: bytes, max_rows: int) -> list[tuple[int, list[Any]]]:
    from openpyxl import load_workbook  # it and its like take 8 MB; few processes open sheets

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED:
                raise BadInput(
                    _("The spreadsheet unpacks to more than it should; send a plain one."),
                    code="file_too_large",
                    field="file",
                )
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        grid: list[tuple[int, list[Any]]] = []
        for number, row in enumerate(
            book.worksheets[0].iter_rows(max_col=MAX_COLUMNS, values_only=True), start=1
        ):
            if any(cell not in (None, "") for cell in row):
                grid.append((number, list(row)))
            if len(grid) > max_rows + 20 or number > max_rows * 4 + 1000:
                break
        return grid
    except BadInput:
        raise
    except (
        Exception
    ):  # the library raises anything at all on hostile files; the person needs one answer
        raise _broken() from None


def _read_xls(data: bytes, max_rows: int) -> list[tuple[int, list[Any]]]:
    """The format of before 2007. It keeps no formulas that could be read, only what they gave."""
    import xlrd

    try:
        with xlrd.open_workbook(
            file_contents=data, on_demand=True, logfile=io.StringIO(), ragged_rows=True
        ) as book:
            page = book.sheet_by_index(0)
            grid: list[tuple[int, list[Any]]] = []
            for number in range(min(page.nrows, max_rows * 4 + 1000)):
                row = [_xls_cell(cell, book.datemode) for cell in page.row(number)[:MAX_COLUMNS]]
                if any(cell not in (None, "") for cell in row):
                    grid.append((number + 1, row))
                if len(grid) > max_rows + 20:
                    break
            return grid
    except Exception:  # as above: one answer, whatever the library raises
        raise _broken() from None


def _xls_cell(cell: Any, datemode: int) -> Any:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_DATE:
        return xlrd.xldate_as_datetime(cell.value, datemode)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#?")
    return cell.value


def _broken() -> BadInput:
    return BadInput(
        _("The spreadsheet is damaged and cannot be opened; save it again and resend."),
        code="file_broken",
        field="file",
    )


def _read_csv(data: bytes, max_rows: int) -> list[tuple[int, list[Any]]]:
    text = decode(data)
    sample = text[:4096]
    delimiter = max(",\t;", key=sample.count)
    grid: list[tuple[int, list[Any]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    csv.field_size_limit(1_000_000)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                grid.append((reader.line_num, list(row[:MAX_COLUMNS])))
            if len(grid) > max_rows + 20:
                break
    except csv.Error as error:
        raise BadInput(
            _("Line %(line)s of the file cannot be read: %(why)s.")
            % {"line": reader.line_num, "why": str(error)[:100]},
            code="file_broken",
            field="file",
            row=reader.line_num,
        ) from None
    return grid


def decode(data: bytes) -> str:
    """Text of a file from a Chinese or English office: BOM first, then UTF-8, then GB18030."""
    for bom, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(bom):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                break
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput(
        _("The file's characters can be read neither as UTF-8 nor as GB18030; save it as UTF-8."),
        code="file_encoding",
        field="file",
    )


def _shape(grid: list[tuple[int, list[Any]]], columns: Sequence[Column], max_rows: int) -> Sheet:
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
        headings=_texts(grid[head_at][1]),
        rows=[_row(number, cells, places) for number, cells in body],
    )


def _row(number: int, cells: list[Any], places: dict[str, int]) -> SheetRow:
    row = SheetRow(number=number, values={}, cells=_texts(cells))
    for key, at in places.items():
        cell = cells[at] if at < len(cells) else None
        text = _text(cell)
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


def _texts(cells: Sequence[Any]) -> list[str]:
    """Up to the last cell that holds something."""
    texts = [_text(cell) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _fold(value: Any) -> str:
    return "".join(_text(value).split()).strip("*＊").casefold()


def _text(value: Any) -> str:
    """A cell as the person reads it: whole floats without ``.0``, dates in ISO form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(value).strip()


def write_xlsx(
    headings: Sequence[Any], rows: Iterable[Sequence[Any]], *, title: str = "Sheet1"
) -> bytes:
    """An xlsx file; text is always written as text, so no cell can act as a formula."""
    buffer = io.BytesIO()
    fill_xlsx(buffer, headings, rows, title=title)
    return buffer.getvalue()


def fill_xlsx(
    file: IO[bytes],
    headings: Sequence[Any],
    rows: Iterable[Sequence[Any]],
    *,
    title: str = "Sheet1",
) -> None:
    """Likewise into an open file, row by row: memory does not grow with the rows."""
    import xlsxwriter

    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(title[:31])
    bold = book.add_format({"bold": True})
    formats = {
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        Decimal: book.add_format({"num_format": "#,##0.00"}),
    }
    sheet.freeze_panes(1, 0)
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, str(heading), bold)
        sheet.set_column(column, column, max(10, min(40, len(str(heading)) * 2 + 4)))
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            _write(sheet, number, column, value, formats)
    book.close()


def stream_csv(headings: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines of a csv file for Excel, one row at a time: UTF-8 with its mark, and an apostrophe
    before whatever a spreadsheet would take for a formula."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([str(heading) for heading in headings])
    for row in rows:
        yield writer.writerow([_csv_cell(value) for value in row])


class _Echo:
    """What csv writes comes back as the value of ``writerow``."""

    def write(self, text: str) -> str:
        return text


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        here = timezone.localtime(value) if value.tzinfo else value
        return here.strftime("%Y-%m-%d %H:%M")
    text = _text(value)
    risky = isinstance(value, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r", "|", "%")
    return f"'{text}" if risky else text


def _write(sheet: Any, row: int, column: int, value: Any, formats: dict[type, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, datetime):
        naive = timezone.localtime(value).replace(tzinfo=None) if value.tzinfo else value
        sheet.write_datetime(row, column, naive, formats[datetime])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime.combine(value, time()), formats[date])
    elif isinstance(value, Decimal):
        sheet.write_number(row, column, float(value), formats[Decimal])
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, str(value))
