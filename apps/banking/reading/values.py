"""What a bank file says, whatever its form."""

import datetime as dt
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from apps.core.errors import BadInput


class Line(NamedTuple):
    """One movement. ``amount`` is above zero when money came in; ``row`` is the line of the file as a
    person counts. ``is_booked`` is False for what the bank only announces (CAMT: INFO, PDNG)."""

    row: int
    day: date
    amount: Decimal
    time: dt.time | None = None
    balance_after: Decimal | None = None
    party_name: str = ""
    party_number: str = ""
    text: str = ""
    ref: str = ""
    currency: str = ""
    is_booked: bool = True


@dataclass(frozen=True, slots=True)
class Statement:
    """Lines of one account in the order of time, oldest first.

    ``opening`` and ``closing`` are the file's own words or follow from running balances; None where
    the file says nothing. ``breaks`` are the rows after which the running balance does not follow,
    or 0 where opening + Σ lines is not closing. ``refused`` are rows that could not be read."""

    lines: tuple[Line, ...]
    account: str = ""
    currency: str = ""
    opening: Decimal | None = None
    closing: Decimal | None = None
    breaks: tuple[int, ...] = ()
    refused: tuple[BadInput, ...] = ()
    entries: int | None = None  # CAMT: entries, of which one may hold several lines
    warnings: tuple[str, ...] = ()

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines if line.is_booked), Decimal("0.00"))

    @property
    def ties(self) -> bool | None:
        """Whether opening + Σ lines = closing; None where the file does not say."""
        if self.opening is None or self.closing is None:
            return None
        return self.opening + self.total == self.closing and not self.breaks


@dataclass(frozen=True, slots=True)
class Reading:
    """``form`` is csv, xls, xlsx, mt940 or camt; ``layout`` the layout that fitted (sheets only)."""

    form: str
    statements: tuple[Statement, ...]
    layout: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> list[Line]:
        return [line for statement in self.statements for line in statement.lines]

    @property
    def refused(self) -> list[BadInput]:
        return [one for statement in self.statements for one in statement.refused]

    @property
    def opening(self) -> Decimal | None:
        return self.statements[0].opening if self.statements else None

    @property
    def closing(self) -> Decimal | None:
        return self.statements[-1].closing if self.statements else None

    @property
    def is_proven(self) -> bool:
        """The file's own balances prove that nothing is missing and no sign is wrong."""
        return bool(self.statements) and all(one.ties for one in self.statements) and self.follows

    @property
    def follows(self) -> bool:
        """No statement begins with another balance than the one before ended with."""
        pairs = pairwise(self.statements)
        return all(
            a.closing is None
            or b.opening is None
            or a.account != b.account
            or a.closing == b.opening
            for a, b in pairs
        )

    @property
    def is_contradicted(self) -> bool:
        """The file's own balances say that a line is missing, doubled or turned."""
        return any(one.ties is False or one.breaks for one in self.statements) or not self.follows
