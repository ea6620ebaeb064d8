"""Which payment settles what, and how old a debt is. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

# Upper ends in days after the due date; what is not due yet comes first, the rest last.
AGES = (0, 30, 60, 90, 180)


def spread(amount: Decimal, owed: Iterable[tuple[int, Decimal]]) -> list[tuple[int, Decimal]]:
    """An amount over what is owed, in the order given: [(key, part)], each above 0 and none above
    what is owed there. The parts add up to the amount or to all that is owed, whichever is less."""
    parts, left = [], amount
    for key, rest in owed:
        if left <= 0:
            break
        if rest <= 0:
            continue
        part = min(left, rest)
        parts.append((key, part))
        left -= part
    return parts


def age_of(due_on: date, today: date) -> int:
    """Which column of the ageing table: 0 for what is not overdue, then one for each of ``AGES``."""
    days = (today - due_on).days
    return next((place for place, most in enumerate(AGES) if days <= most), len(AGES))


def aged(rows: Sequence[tuple[date, Decimal]], today: date) -> list[Decimal]:
    """Sums by age of (due on, owed)."""
    sums = [Decimal("0.00")] * (len(AGES) + 1)
    for due_on, owed in rows:
        sums[age_of(due_on, today)] += owed
    return sums
