"""What we send opens without a warning, and no cell acts as a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any, Final
from unicodedata import east_asian_width

from django.utils import timezone

from apps.core.sheets.cells import text_of

MEASURED: Final = 200
MOST_WIDE: Final = 50


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
    fill_sheet(sheet, headings, rows, bold=bold, formats=formats)
    book.close()


def fill_sheet(
    sheet: Any,
    headings: Sequence[Any],
    rows: Iterable[Sequence[Any]],
    *,
    bold: Any,
    formats: dict[type, Any],
) -> None:
    """Headings that stay in view, then the rows. Columns are as wide as what stands in the first ``MEASURED`` rows."""
    sheet.freeze_panes(1, 0)
    widths = [width_of(heading) for heading in headings]
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, str(heading), bold)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            write_cell(sheet, number, column, value, formats)
            if number <= MEASURED and column < len(widths):
                widths[column] = max(widths[column], width_of(value))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, max(10, min(MOST_WIDE, width + 2)))


def width_of(value: Any) -> int:
    """In characters of a sheet: Chinese ones take two. A moment is as wide as it is shown."""
    if value is None or isinstance(value, bool):
        return 0
    if isinstance(value, datetime):
        return 16
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in str(value))


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
    text = text_of(value)
    risky = isinstance(value, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r", "|", "%")
    return f"'{text}" if risky else text


def write_cell(sheet: Any, row: int, column: int, value: Any, formats: dict[type, Any]) -> None:
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
