"""What a payment at the bank can settle: open statements and presented cheques, by the number in the
payment's text (BIL-5)."""

from collections.abc import Sequence

from apps.banking.matching import Item, Payment
from apps.billing.queries.paying import cheques_named, items_named


def open_items(payments: Sequence[Payment]) -> list[Item]:
    """The open statements that the texts name, whole or by their last digits, and the cheques that they
    name with their amount. Who the payer is says banking; two that fit equally well are a tie there."""
    texts = [f"{one.text} {one.ref} {one.note}" for one in payments]
    return items_named(texts) + cheques_named(texts, [one.amount for one in payments])
