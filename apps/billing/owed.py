"""What a payment at the bank can settle: open statements, by the number in the payment's text (BIL-5)."""

from collections.abc import Sequence

from apps.banking.matching import Item, Payment
from apps.billing.queries.paying import items_named


def open_items(payments: Sequence[Payment]) -> list[Item]:
    """The open statements that the texts name, whole or by their last digits. Who the payer is says
    banking; two statements that fit equally well are a tie there."""
    return items_named([f"{one.text} {one.ref} {one.note}" for one in payments])
