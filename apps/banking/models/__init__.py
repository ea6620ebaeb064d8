from apps.banking.models.accounts import AccountAssignment, BankAccount
from apps.banking.models.files import BankFile, BankLayout
from apps.banking.models.lines import DETAILS_SEPARATOR, BankLine, LineUse, PayerAlias
from apps.banking.models.payee_parts import PayeeCall, PayeePaper
from apps.banking.models.payees import PayeeAccount
from apps.banking.models.payouts import Payout, PayoutFile, PayoutResult

__all__ = [
    "DETAILS_SEPARATOR",
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
