"""A statement as a file (BIL-7): the paper, xlsx with a summary, csv in the encodings that programs here read.

Rows go straight into the file, so that memory does not grow with them.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import IO, Any, cast

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from apps.billing.enums import StatementFile
from apps.billing.models import Statement
from apps.billing.queries.compensation import (
    compensation_of,
    headings,
    in_one_line,
    sheet_rows,
)
from apps.billing.queries.exporting import HEADINGS, copy_lines, line_rows, summary_rows
from apps.billing.queries.papers import statement_pdf
from apps.core.sheets import stream_csv
from apps.core.workbooks import fill_book

IN_MEMORY = 2 * 1024 * 1024
AMOUNT = 9  # the column of HEADINGS that is summed
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "pdf": "application/pdf",
}
MARK = "\ufeff"
ENCODINGS = {
    StatementFile.CSV: "utf-8-sig",
    StatementFile.CSV_PLAIN: "utf-8",
    StatementFile.CSV_GB18030: "gb18030",
}
Rows = Iterable[tuple[Any, ...]]


def _as_they_are(rows: Rows) -> Rows:
    return rows


def statement_file(
    statement: Statement, form: StatementFile, *, through: Callable[[Rows], Rows] = _as_they_are
) -> tuple[str, IO[bytes]]:
    """(its name, the open file at its beginning). ``through`` sees the lines of a workbook go by: a
    job's sign of life; a csv of as many takes no time. Whoever asks closes the file. RuleBroken ``still_open``: no paper while charges come."""
    file: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # the caller closes it
    try:
        if form == StatementFile.XLSX:
            _fill_xlsx(file, statement, through(line_rows(statement)))
        elif form == StatementFile.PDF:
            file.write(statement_pdf(statement))
        else:
            _fill_csv(file, statement, ENCODINGS[form])
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return f"{statement.number}.{form.ending}", file


def _fill_xlsx(file: IO[bytes], statement: Statement, lines: Rows) -> None:
    head, *figures = summary_rows(statement)
    pages: list[tuple[str, tuple[Any, ...], Rows]] = [
        (_("Summary"), head, figures),
        (_("Lines"), HEADINGS, _with_total(lines)),
    ]
    if compensation := sheet_rows(statement):
        pages.append((_("Compensation paid out"), tuple(headings()), compensation))
    fill_book(file, pages)


def _with_total(lines: Rows) -> Iterator[tuple[Any, ...]]:
    """The lines, and their sum as the last row."""
    total: Any = 0
    for line in lines:
        total += line[AMOUNT]
        yield line
    yield (_("Total"), *[None] * (AMOUNT - 1), total, None)


def _fill_csv(file: IO[bytes], statement: Statement, encoding: str) -> None:
    head = next(stream_csv(HEADINGS, ())).removeprefix(MARK)
    file.write(head.encode(encoding))
    # The mark stands once.
    plain = encoding.removesuffix("-sig")
    copy_lines(statement, cast("IO[bytes]", _Rows(file, plain)))
    file.writelines(
        line.encode(plain) for line in islice(stream_csv((), _paid_out(statement)), 1, None)
    )


def _paid_out(statement: Statement) -> Iterator[tuple[Any, ...]]:
    """Compensation as lines of nothing charged: the sum of the file stays that of the statement."""
    for row in compensation_of(statement):
        customer = row.claim.customer.display_name if row.claim.customer else ""
        yield (
            localdate(row.paid_at), row.claim.waybill.number, customer, None, None, None, None,
            _("Compensation paid out"), None, Decimal(0), in_one_line(row),
        )  # fmt: skip


class _Rows:
    """Takes whole rows in UTF-8 from the database and writes them as RFC 4180 wants their end, in
    another encoding if need be."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._file = file
        self._encoding = "" if encoding == "utf-8" else encoding

    def write(self, row: bytes) -> int:
        row = row.removesuffix(b"\n") + b"\r\n"
        return self._file.write(row.decode().encode(self._encoding) if self._encoding else row)
