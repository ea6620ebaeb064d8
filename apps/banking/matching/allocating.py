"""How much of which receipt goes to which item. Money is neither made nor lost. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.core.money import money

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Open:
    """Something with a rest: a receipt or an item. Where both have a ``ref``, they must be the same."""

    id: Any
    amount: Decimal
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Allocation:
    receipt: Any
    item: Any
    amount: Decimal


def allocate(receipts: Sequence[Open], items: Sequence[Open]) -> list[Allocation]:
    """In the order given: each time the smaller of both rests, so that neither is ever exceeded. What
    is over stays on the receipt for items to come. Raises ValueError below zero."""
    if any(one.amount < 0 for one in (*receipts, *items)):
        raise ValueError("what is open is not below zero")
    left = {one.id: one.amount for one in items}
    found = []
    for receipt in receipts:
        rest = receipt.amount
        for item in items:
            if receipt.ref and item.ref and receipt.ref != item.ref:
                continue
            part = min(rest, left[item.id])
            if part > 0:
                found.append(Allocation(receipt.id, item.id, part))
                rest -= part
                left[item.id] -= part
    return found


def rests(open_ones: Sequence[Open], allocations: Sequence[Allocation]) -> dict[Any, Decimal]:
    """What is left of each receipt or item."""
    left = {one.id: one.amount for one in open_ones}
    for one in allocations:
        for key in (one.receipt, one.item):
            if key in left:
                left[key] -= one.amount
    return left


def settle_credits(items: Sequence[Open]) -> list[Allocation]:
    """Credit notes (below zero) against what is owed, without a payment."""
    credits = [Open(one.id, -one.amount, one.ref) for one in items if one.amount < 0]
    return allocate(credits, [one for one in items if one.amount > 0])


def split_credit(*, owed: Decimal, paid: Decimal, credit: Decimal) -> tuple[Decimal, Decimal]:
    """A credit note on an item of ``owed``, of which ``paid`` has come: (takes from what is open,
    becomes the customer's credit). Only the second part can ever be refunded."""
    still_open = max(owed - paid, ZERO)
    takes = min(credit, still_open)
    return takes, min(credit - takes, paid)


def converted(amount: Decimal, rate: Decimal) -> tuple[Decimal, Decimal]:
    """An amount of ours in the payer's currency at ``rate`` (ours for one of theirs), and what rounding
    leaves of ours: posted to a line of its own, so that nothing is lost."""
    theirs = money(amount / rate)
    return theirs, money(amount - money(theirs * rate))
