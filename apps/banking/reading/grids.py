"""Rows of cells out of csv, tsv, xls and xlsx, each with its number as a person counts. Pure."""

import io
import zipfile
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.core.sheets import decode
from apps.core.sheets.formats import MAX_UNPACKED, csv_lines

MAX_COLUMNS = 60
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class Grid:
    """``ends_whole``: the file ends with a line end, or has a form that cannot be cut unnoticed."""

    form: str
    rows: list[tuple[int, list[Any]]]
    ends_whole: bool = True


def text_of(data: bytes) -> str:
    """By its mark; else strict UTF-8, else GB18030. What none of them reads is refused, and nothing is
    ever replaced by question marks."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                raise BadInput(
                    _(
                        "The file says that it is %(encoding)s, but cannot be read so: it is damaged or cut off."
                    )
                    % {"encoding": encoding.upper().replace("-SIG", "")},
                    code="file_encoding",
                    field="file",
                ) from None
    return decode(data)


def read_csv(data: bytes) -> Grid:
    text = text_of(data)
    if text.count('"') % 2:
        raise cut_off()
    rows = [(line, cells[:MAX_COLUMNS]) for line, cells in csv_lines(text) if cells]
    return Grid("csv", rows, ends_whole=text.endswith(("\n", "\r")))


def read_book(data: bytes) -> Grid:
    """The first sheet of an .xls or .xlsx."""
    from python_calamine import CalamineWorkbook  # few processes open sheets

    form = "xlsx" if data[:2] == b"PK" else "xls"
    try:
        if form == "xlsx":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED:
                    raise BadInput(
                        _("The spreadsheet unpacks to more than it should; send a plain one."),
                        code="file_too_large",
                        field="file",
                    )
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        cells = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (BadInput, KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # damaged files make the library raise anything, its own panic included
        raise BadInput(
            _("The spreadsheet is damaged and cannot be opened; save it again and resend."),
            code="file_broken",
            field="file",
        ) from None
    return Grid(form, [(n, row[:MAX_COLUMNS]) for n, row in enumerate(cells, start=1)])


def cut_off() -> BadInput:
    return BadInput(
        _("The file ends in the middle of a row: it is cut off. Export it again."),
        code="file_cut",
        field="file",
    )
