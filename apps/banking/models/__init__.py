from apps.banking.models.accounts import AccountAssignment, BankAccount
from apps.banking.models.files import BankFile, BankLayout
from apps.banking.models.lines import SAID_APART, BankLine, LineUse, PayerAlias
from apps.banking.models.payees import PayeeAccount, PayeeCall, PayeePaper
from apps.banking.models.payouts import Payout, PayoutFile, PayoutResult

__all__ = [
    "SAID_APART",
    "AccountAssignment",
    "BankAccount",
    "BankFile",
    "BankLayout",
    "BankLine",
    "LineUse",
    "PayeeAccount",
    "PayeeCall",
    "PayeePaper",
    "PayerAlias",
    "Payout",
    "PayoutFile",
    "PayoutResult",
]
