from apps.banking.models.accounts import AccountAssignment, BankAccount
from apps.banking.models.files import BankFile, BankLayout
from apps.banking.models.lines import SAID_APART, BankLine, LineUse, PayerAlias

__all__ = [
    "SAID_APART",
    "AccountAssignment",
    "BankAccount",
    "BankFile",
    "BankLayout",
    "BankLine",
    "LineUse",
    "PayerAlias",
]
