from apps.banking.models.accounts import AccountAssignment, BankAccount
from apps.banking.models.files import BankFile, BankLayout
from apps.banking.models.lines import BankLine, LineUse, PayerAlias

__all__ = [
    "AccountAssignment",
    "BankAccount",
    "BankFile",
    "BankLayout",
    "BankLine",
    "LineUse",
    "PayerAlias",
]
