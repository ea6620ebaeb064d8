"""Reads of the banking floor."""

from apps.banking.queries.accounts import customers_paying_into, is_accepted, which_account
from apps.banking.queries.files import Gap, gaps_of
from apps.banking.queries.payers import Known, aliases_of, known_payers, likely_customers
from apps.banking.queries.reconciliation import Reconciliation, reconcile

__all__ = [
    "Gap",
    "Known",
    "Reconciliation",
    "aliases_of",
    "customers_paying_into",
    "gaps_of",
    "is_accepted",
    "known_payers",
    "likely_customers",
    "reconcile",
    "which_account",
]
