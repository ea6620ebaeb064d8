"""The kinds of files that offices send, each as a grid of (line as people count, cells)."""

import csv
import io
import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import BadInput

MAX_UNPACKED = 200 * 1024 * 1024
MAX_COLUMNS = 200


def read_xlsx(data: bytes, max_rows: int) -> list[tuple[int, list[Any]]]:
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


def read_xls(data: bytes, max_rows: int) -> list[tuple[int, list[Any]]]:
    """The format of before 2007. It keeps no formulas that could be read, only what they gave."""
    from python_calamine import CalamineWorkbook

    try:
        page = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        rows = page.to_python(skip_empty_area=False, nrows=max_rows * 4 + 1000)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # as above; of this library even a panic, which is no Exception
        raise _broken() from None
    grid = [(number, row[:MAX_COLUMNS]) for number, row in enumerate(rows, start=1)]
    filled = [line for line in grid if any(cell not in (None, "") for cell in line[1])]
    return filled[: max_rows + 21]


def _broken() -> BadInput:
    return BadInput(
        _("The spreadsheet is damaged and cannot be opened; save it again and resend."),
        code="file_broken",
        field="file",
    )


def read_csv(data: bytes, max_rows: int) -> list[tuple[int, list[Any]]]:
    filled = (line for line in csv_lines(decode(data)) if any(cell.strip() for cell in line[1]))
    return list(islice(filled, max_rows + 21))


def csv_lines(text: str) -> Iterator[tuple[int, list[Any]]]:
    """Its lines, between commas, tabs or semicolons, whichever its beginning has most of."""
    csv.field_size_limit(1_000_000)
    delimiter = max(",\t;", key=text[:8192].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            yield reader.line_num, row[:MAX_COLUMNS]
    except csv.Error as error:
        raise BadInput(
            _("Line %(line)s of the file cannot be read: %(why)s.")
            % {"line": reader.line_num, "why": str(error)[:100]},
            code="file_broken",
            field="file",
            row=reader.line_num,
        ) from None


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
