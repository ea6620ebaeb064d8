"""Writes of the ledger."""

from apps.ledger.services.closing import close_period
from apps.ledger.services.posting import post_entries, post_entry, reverse_entry
from apps.ledger.services.proving import Difference, prove_ledger
from apps.ledger.services.titles import change_title

__all__ = [
    "Difference",
    "change_title",
    "close_period",
    "post_entries",
    "post_entry",
    "prove_ledger",
    "reverse_entry",
]
