"""The staff pages of the banking floor."""

from apps.banking.admin.accounts import BankAccountAdmin
from apps.banking.admin.aliases import PayerAliasAdmin
from apps.banking.admin.files import BankFileAdmin
from apps.banking.admin.layouts import BankLayoutAdmin
from apps.banking.admin.lines import BankLineAdmin
from apps.banking.admin.payees import PayeeAccountAdmin
from apps.banking.admin.payout_files import PayoutFileAdmin
from apps.banking.admin.payouts import PayoutAdmin

__all__ = [
    "BankAccountAdmin",
    "BankFileAdmin",
    "BankLayoutAdmin",
    "BankLineAdmin",
    "PayeeAccountAdmin",
    "PayerAliasAdmin",
    "PayoutAdmin",
    "PayoutFileAdmin",
]
