"""The amount of a sheet's row, with its sign: from one column, from income and expense, or by a mark. Pure."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from apps.banking.reading.figures import amount_of, cell_text
from apps.banking.reading.headings import Head
from apps.banking.reading.proving import Movement

_IN, _OUT = re.compile(r"贷|收|入|^c|credit|cr$", re.IGNORECASE), re.compile(r"借|支|付|出|^d|debit|dr$", re.IGNORECASE)  # fmt: skip
ZERO = Decimal("0.00")


def cell_at(cells: list[Any], at: int | None) -> Any:
    """None beyond the end of a short row, and for a column that the sheet does not have."""
    return cells[at] if at is not None and at < len(cells) else None


def amount_or_none(cell: Any) -> Decimal | None:
    """The amount in a cell that may hold none."""
    try:
        return amount_of(cell)
    except ValueError:
        return None


def movement_of(head: Head, at: Mapping[str, int], number: int, cells: list[Any]) -> Movement:
    """``at`` is the column of each role. ValueError where there is no amount, or income and expense in one
    row."""
    balance = amount_or_none(cell_at(cells, at.get("balance")))
    if "amount" in head.places:
        return _by_amount(head, at, number, cells, balance)
    income = amount_of(cell_at(cells, at.get("income"))) or ZERO
    outgo = amount_of(cell_at(cells, at.get("outgo"))) or ZERO
    if income and outgo:
        raise ValueError("income and expense in one row")
    if (
        not income
        and not outgo
        and not any(cell_text(cell_at(cells, at.get(role))) for role in ("income", "outgo"))
    ):
        raise ValueError("no amount")
    if outgo < 0:
        return Movement(number, outgo, -outgo, balance)
    return Movement(number, income - outgo, None, balance)


def _by_amount(
    head: Head, at: Mapping[str, int], number: int, cells: list[Any], balance: Decimal | None
) -> Movement:
    amount = amount_of(cell_at(cells, at.get("amount")))
    if amount is None:
        raise ValueError("no amount")
    if head.layout.is_inverse:
        amount = -amount
    if "mark" not in head.places:
        return Movement(number, amount, None, balance)
    sign = _sign(head, at, cells)
    return Movement(number, sign * abs(amount), sign * amount if amount < 0 else None, balance)


def _sign(head: Head, at: Mapping[str, int], cells: list[Any]) -> int:
    mark = cell_text(cell_at(cells, at.get("mark")))
    comes, goes = bool(_IN.search(mark)), bool(_OUT.search(mark))
    if comes != goes:
        return 1 if comes else -1
    texts = [cell_text(cell) for cell in cells]
    # An empty tuple begins no text.
    if any(text.startswith(head.layout.incoming) for text in texts):
        return 1
    if any(text.startswith(head.layout.outgoing) for text in texts):
        return -1
    raise ValueError(mark)


def settle_columns(movements: Sequence[Movement]) -> None:
    """Without a balance: figures below zero are reversals where others beside them stand above zero,
    and the way the bank writes expenses where all of them do."""
    doubtful = [one for one in movements if one.other is not None]
    for goes_out in (True, False):
        mine = [one for one in doubtful if (one.amount < 0) == goes_out]
        plain = any(
            one.other is None and one.amount and (one.amount < 0) == goes_out for one in movements
        )
        if mine and plain:
            for one in mine:
                one.amount, one.other = one.other or ZERO, one.amount
