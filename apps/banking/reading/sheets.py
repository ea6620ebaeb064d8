"""A sheet of a bank as a statement: preamble, heading, lines, total row, remarks."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.banking.reading.figures import (
    cell_text,
    day_of,
    is_day_first,
    is_loose,
    time_of,
)
from apps.banking.reading.grids import Grid, cut_off
from apps.banking.reading.headings import Head, find_head
from apps.banking.reading.layouts import Layout
from apps.banking.reading.proving import Movement, prove
from apps.banking.reading.sheet_amounts import (
    ZERO,
    amount_or_none,
    cell_at,
    movement_of,
    settle_columns,
)
from apps.banking.reading.values import Line, Reading, Statement
from apps.core.errors import BadInput

_TOTAL = re.compile(r"合\s*计|总\s*计|小\s*计|^\s*(?:grand )?totals?\b", re.IGNORECASE)
_OPENING = re.compile(
    r"期初余额|上期余额|承前页|(?:balance at (?:the )?start|opening balance)", re.IGNORECASE
)
_CLOSING = re.compile(r"期末余额|过次页|(?:balance at (?:the )?end|closing balance)", re.IGNORECASE)
_COUNT = re.compile(r"共\s*(\d+)\s*(?:笔|条)")
_ACCOUNT = re.compile(
    r"(?:账\s*号|帐\s*号|卡\s*号|account number)\D{0,6}(\d[\d*xX]{5,30})", re.IGNORECASE
)
_MONTH = re.compile(r"(20\d\d)\s*年\s*(\d{1,2})\s*月")
_CURRENCIES = {"人民币": "CNY", "人民币元": "CNY", "rmb": "CNY", "cny": "CNY"}


def read_sheet(grid: Grid, layouts: Sequence[Layout]) -> Reading:
    """Raises BadInput for a sheet without a heading, or one that is cut off."""
    head = find_head(grid.rows, layouts)
    sheet = _Sheet(grid, head)
    sheet.read()
    return Reading(grid.form, (sheet.statement(),), layout=head.layout.code)


class _Sheet:
    """The reading of one sheet, row by row."""

    def __init__(self, grid: Grid, head: Head) -> None:
        self.grid, self.head = grid, head
        # The column of each role, looked up for every cell.
        self.at = {role: places[0] for role, places in head.places.items()}
        self.preamble = [cells for _n, cells in grid.rows[: head.at]]
        self.body = grid.rows[head.at + 1 :]
        preamble_text = " ".join(cell_text(cell) for cells in self.preamble for cell in cells)
        self.preamble_text = preamble_text
        found = _MONTH.search(preamble_text)
        self.month = date(int(found[1]), int(found[2]), 1) if found else None
        self.opening = self.closing = None
        self.total: list[Decimal] | None = None
        self.refused: list[BadInput] = []
        self.rows: list[tuple[Movement, list[Any], date]] = []
        # Days, times, payers and texts come again and again: each is read once.
        self.known_days: dict[Any, date] = {}
        self.known_texts: dict[Any, str] = {}
        self.known_times: dict[Any, Any] = {}
        self.warnings: list[str] = []
        day = self.at.get("day")
        # Days that can be read two ways stand in all rows or in none.
        loose = any(is_loose(cell_text(cell_at(cells, day))) for _n, cells in self.body[:50])
        texts = [cell_text(cell_at(cells, day)) for _n, cells in self.body] if loose else []
        self.day_first = is_day_first(texts)

    def read(self) -> None:
        for cells in self.preamble:
            self._balance_row(cells)
        for place, (number, cells) in enumerate(self.body):
            is_last = place == len(self.body) - 1
            self._read_row(number, cells, is_last and not self.grid.ends_whole)
        if self.head.layout.must_total and self.total is None:
            raise BadInput(
                _("The total row at the end is missing: the file is cut off. Export it again."),
                code="file_cut",
                field="file",
            )
        settle_columns([movement for movement, _cells, _day in self.rows])

    def _read_row(self, number: int, cells: list[Any], may_be_cut: bool) -> None:
        texts = [self._text(cell) for cell in cells[:2]]
        first = next((text for text in texts if text), "") or self._text(cell_at(cells, 2))
        # Lines begin with a figure; only what begins with a word can be a total or a balance.
        words = [text for text in texts if text and not text[0].isdigit()]
        if any(len(text) < 20 and _TOTAL.search(text) for text in words):
            self.total = [amount for cell in cells if (amount := amount_or_none(cell)) is not None]
            return
        if words and self._balance_row(cells):
            return
        if may_be_cut and len(cells) < self.head.width and not _is_remark(first):
            raise cut_off()
        try:
            movement = movement_of(self.head, self.at, number, cells)
        except ValueError:
            movement = None
            unreadable = True
        else:
            unreadable = False
        try:
            day = self._day(cell_at(cells, self.at["day"]))
        except (ValueError, OverflowError):
            if movement is not None and movement.amount:
                self._refuse(number, _("The day cannot be read."), "day")
            elif unreadable and first and not _is_remark(first):
                self._refuse(number, _("Neither day nor amount can be read."), "day")
            return
        if movement is None:
            self._refuse(number, _("The amount cannot be read, or there are two."), "amount")
            return
        self.rows.append((movement, cells, day))

    def _balance_row(self, cells: list[Any]) -> bool:
        """A row that says the opening or the closing balance."""
        first = next((text for cell in cells if (text := cell_text(cell))), "")
        for pattern, name in ((_OPENING, "opening"), (_CLOSING, "closing")):
            if pattern.search(first) and len(first) < 40:
                figures = [
                    amount for cell in cells[1:] if (amount := amount_or_none(cell)) is not None
                ]
                if not figures:
                    figures = [
                        a
                        for part in re.split(r"[:：\s]", first)
                        if (a := amount_or_none(part)) is not None
                    ]
                if figures:
                    setattr(self, name, figures[-1])
                return bool(figures)
        return False

    def _refuse(self, number: int, why: str, field: str) -> None:
        self.refused.append(BadInput(why, code="line_unreadable", field=field, row=number))

    def statement(self) -> Statement:
        movements = [movement for movement, _cells, _day in self.rows]
        proof = prove(movements, self.opening)
        lines = [self._line(movement, cells, day) for movement, cells, day in self.rows]
        if proof.is_descending:
            lines.reverse()
        opening = self.opening if self.opening is not None else proof.opening
        closing = self.closing if self.closing is not None else proof.closing
        if not self._adds_up(lines):
            proof_breaks: tuple[int, ...] = (*proof.breaks, 0)
        else:
            proof_breaks = proof.breaks
        account = _ACCOUNT.search(self.preamble_text)
        return Statement(
            lines=tuple(lines),
            account=account[1] if account else "",
            currency=lines[0].currency if lines else "",
            opening=opening,
            closing=closing,
            breaks=proof_breaks,
            refused=tuple(self.refused),
            warnings=tuple(self.warnings),
        )

    def _adds_up(self, lines: list[Line]) -> bool:
        """With the total row and the number of lines that the file itself names."""
        fine = True
        counted = _COUNT.search(self.preamble_text)
        if counted and int(counted[1]) != len(lines):
            self.warnings.append(
                _("The file says it has %(said)s lines; %(found)s were found.")
                % {"said": counted[1], "found": len(lines)}
            )
            fine = False
        if self.total:
            sides = {
                sum((m.amount for m, _c, _d in self.rows if m.amount > 0), ZERO),
                -sum((m.amount for m, _c, _d in self.rows if m.amount < 0), ZERO),
            }
            if not (sides - {ZERO}) <= {abs(figure) for figure in self.total}:
                self.warnings.append(_("The total row does not add up with the lines."))
                fine = False
        return fine

    def _line(self, movement: Movement, cells: list[Any], day: date) -> Line:
        at, text = self.at, self._text
        places = self.head.places.get("text", ())
        details = " ".join([part for place in places if (part := text(cell_at(cells, place)))])
        currency = text(cell_at(cells, at["currency"])) if "currency" in at else ""
        return Line(
            movement.row,
            day,
            movement.amount,
            self._time(cell_at(cells, at.get("time"))),
            movement.balance,
            text(cell_at(cells, at.get("party_name")))[:160],
            text(cell_at(cells, at.get("party_number")))[:40],
            details[:500],
            text(cell_at(cells, at.get("ref")))[:80],
            _CURRENCIES.get(currency.casefold(), currency.upper()),
        )

    def _text(self, cell: Any) -> str:
        """The cell's text; a dash or a stroke alone is none."""
        found = self.known_texts.get(cell)
        if found is None:
            plain = cell_text(cell)
            found = self.known_texts[cell] = plain if plain.strip("-/ ") else ""
        return found

    def _day(self, cell: Any) -> date:
        found = self.known_days.get(cell)
        if found is None:
            found = day_of(cell, day_first=self.day_first, month=self.month)
            self.known_days[cell] = found
        return found

    def _time(self, cell: Any) -> Any:
        if cell not in self.known_times:
            try:
                self.known_times[cell] = time_of(cell)
            except ValueError:
                self.known_times[cell] = None
        return self.known_times[cell]


def _is_remark(first: str) -> bool:
    """A sentence below the lines, not the beginning of a line."""
    return bool(first) and not first[0].isdigit() and len(first) > 3
