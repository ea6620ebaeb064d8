"""Which open items a payment settles, and who paid: pure, without a database.

- ``propose(line, items, aliases, policy)`` → ``Match`` | ``Tie`` | ``Nothing``: what a bank line settles.
- ``propose_payer(line, payers)`` → the same three: whose payment it is, by account number or name.
- ``allocate(receipts, items)``: how much of which receipt goes to which item, oldest first.
- ``settle_credits(items)``: credit notes against what is owed. ``split_credit`` and ``converted``: a
  credit note's parts, an amount in another currency with its rounding difference.

A tie is never decided here: a person does. The same question in another order has the same answer.
"""

from apps.banking.matching.allocating import (
    Allocation,
    Open,
    allocate,
    converted,
    rests,
    settle_credits,
    split_credit,
)
from apps.banking.matching.payers import propose_payer
from apps.banking.matching.proposing import propose
from apps.banking.matching.values import (
    Aliases,
    Item,
    Match,
    Nothing,
    Payer,
    Payment,
    Policy,
    Tie,
    Why,
)

__all__ = [
    "Aliases",
    "Allocation",
    "Item",
    "Match",
    "Nothing",
    "Open",
    "Payer",
    "Payment",
    "Policy",
    "Tie",
    "Why",
    "allocate",
    "converted",
    "propose",
    "propose_payer",
    "rests",
    "settle_credits",
    "split_credit",
]
