"""Reads of the ledger."""

from apps.ledger.queries.balances import balance_of, balances_of, net_of
from apps.ledger.queries.exporting import (
    VOUCHER_HEADINGS,
    VoucherLine,
    voucher_lines,
    voucher_rows,
)
from apps.ledger.queries.periods import open_since
from apps.ledger.queries.postings import AccountPosting, postings_of
from apps.ledger.queries.trial import TrialRow, trial_balance

__all__ = [
    "VOUCHER_HEADINGS",
    "AccountPosting",
    "TrialRow",
    "VoucherLine",
    "balance_of",
    "balances_of",
    "net_of",
    "open_since",
    "postings_of",
    "trial_balance",
    "voucher_lines",
    "voucher_rows",
]
