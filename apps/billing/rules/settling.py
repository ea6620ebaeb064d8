"""Which payment settles what. Pure."""

from collections.abc import Iterable
from decimal import Decimal

# Columns of the ageing table, by the most days after the due date: first what is not due, last the rest.
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
