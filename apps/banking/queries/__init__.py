"""Reads of the banking floor."""

from apps.banking.queries.accounts import is_accepted, which_account
from apps.banking.queries.files import Gap, gaps_of
from apps.banking.queries.payees import payee_account_for, payee_accounts_for, payee_sha
from apps.banking.queries.payers import Known, aliases_of, known_payers, likely_customers
from apps.banking.queries.payouts import payout_of
from apps.banking.queries.reconciliation import Reconciliation, reconcile

__all__ = [
    "Gap",
    "Known",
    "Reconciliation",
    "aliases_of",
    "gaps_of",
    "is_accepted",
    "known_payers",
    "likely_customers",
    "payee_account_for",
    "payee_accounts_for",
    "payee_sha",
    "payout_of",
    "reconcile",
    "which_account",
]
