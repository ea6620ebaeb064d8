"""Reads of the banking floor."""

from apps.banking.queries.accounts import (
    NumberAltered,
    PayTo,
    assignments_by,
    assignments_ended_by,
    assignments_of,
    assignments_to,
    check_number,
    customers_paying_into,
    fingerprint_of,
    pay_to,
    which_account,
)
from apps.banking.queries.ended import ended_accounts_named, is_ended, lines_at_ended
from apps.banking.queries.files import Gap, gaps_of
from apps.banking.queries.payees import (
    payee_account_for,
    payee_accounts_for,
    payee_sha,
    private_payee_for,
    private_payees_for,
)
from apps.banking.queries.payers import Known, aliases_of, known_payers, likely_customers
from apps.banking.queries.payouts import payout_of
from apps.banking.queries.reconciliation import Reconciliation, reconcile

__all__ = [
    "Gap",
    "Known",
    "NumberAltered",
    "PayTo",
    "Reconciliation",
    "aliases_of",
    "assignments_by",
    "assignments_ended_by",
    "assignments_of",
    "assignments_to",
    "check_number",
    "customers_paying_into",
    "ended_accounts_named",
    "fingerprint_of",
    "gaps_of",
    "is_ended",
    "known_payers",
    "likely_customers",
    "lines_at_ended",
    "pay_to",
    "payee_account_for",
    "payee_accounts_for",
    "payee_sha",
    "payout_of",
    "private_payee_for",
    "private_payees_for",
    "reconcile",
    "which_account",
]
