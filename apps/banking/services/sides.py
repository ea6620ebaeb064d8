"""The accounts of the ledger that bank lines move."""

from apps.banking.models import BankAccount
from apps.customers.models import Customer
from apps.ledger.enums import AccountKind, PartyKind
from apps.ledger.inputs import Party, Side


def bank_side(account: BankAccount) -> Side:
    """The money of a virtual sub-account is in its main account."""
    main = account.parent or account
    return Side(AccountKind.BANK, Party(PartyKind.BANK_ACCOUNT, main.pk, str(main)))


def advance_side(customer: Customer) -> Side:
    return Side(AccountKind.ADVANCE, Party(PartyKind.CUSTOMER, customer.pk, str(customer)))


IN_TRANSIT = Side(AccountKind.CASH_IN_TRANSIT)
UNIDENTIFIED = Side(AccountKind.UNIDENTIFIED)
FINANCE_COST = Side(AccountKind.FINANCE_COST)
PAYOUTS_IN_TRANSIT = Side(AccountKind.PAYOUTS_IN_TRANSIT)
