"""Spreadsheets in and out: what people send is read carefully, what we send opens without a
warning."""

from apps.core.sheets.formats import decode
from apps.core.sheets.reading import MAX_BYTES, MAX_ROWS, Column, Sheet, SheetRow, read_rows
from apps.core.sheets.writing import fill_xlsx, stream_csv, write_xlsx

__all__ = [
    "MAX_BYTES",
    "MAX_ROWS",
    "Column",
    "Sheet",
    "SheetRow",
    "decode",
    "fill_xlsx",
    "read_rows",
    "stream_csv",
    "write_xlsx",
]
