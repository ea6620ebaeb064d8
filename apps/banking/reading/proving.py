"""Signs and order of a sheet's lines, proven by the running balance where there is one. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise


@dataclass(slots=True)
class Movement:
    """``amount`` as the columns say it, ``other`` what it is if a figure below zero was a reversal
    after all (or was not)."""

    row: int
    amount: Decimal
    other: Decimal | None = None
    balance: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """``is_descending``: the newest stands first. ``breaks``: rows whose balance does not follow."""

    is_descending: bool
    breaks: tuple[int, ...]
    opening: Decimal | None
    closing: Decimal | None


def prove(movements: Sequence[Movement], opening: Decimal | None = None) -> Proof:
    """Settle each movement's sign (``amount`` is changed in place) and find the order.

    Without running balances nothing is proven: the order is the sheet's and there are no breaks."""
    if not movements or any(one.balance is None for one in movements):
        return Proof(False, (), opening, None)
    down = _follows(list(reversed(movements))) > _follows(movements)
    ordered = list(reversed(movements)) if down else list(movements)
    breaks: list[int] = []
    before = opening
    for one in ordered:
        balance = one.balance or Decimal(0)
        if before is not None and before + one.amount != balance:
            if one.other is not None and before + one.other == balance:
                one.amount = one.other
            else:
                breaks.append(one.row)
        before = balance
    first = ordered[0]
    begins = opening if opening is not None else (first.balance or Decimal(0)) - first.amount
    return Proof(down, tuple(breaks), begins, before)


def _follows(ordered: Sequence[Movement]) -> int:
    """How many balances follow from the one before."""
    count = 0
    for before, one in pairwise(ordered):
        moved = (one.balance or Decimal(0)) - (before.balance or Decimal(0))
        count += moved in (one.amount, one.other)
    return count
