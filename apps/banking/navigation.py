"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import Page, records, setting

BANK = _("Bank")
MONEY = frozenset({Role.FINANCE, Role.SETTLEMENT_CLERK})

PAGES = (
    records(
        _("Bank lines"),
        "receipt_long",
        "banking.bankline",
        about=_("What came in and went out, and whose it is."),
        section=BANK,
        daily_for=MONEY | {Role.CASHIER},
        hour=30,
        words="银行流水 到账 待查 认款",
    ),
    records(
        _("Bank files"),
        "upload_file",
        "banking.bankfile",
        about=_("What banks exported, taken in or held."),
        section=BANK,
        words="对账单 导入流水",
    ),
    records(
        _("Our accounts"),
        "account_balance",
        "banking.bankaccount",
        about=_("Accounts of ours, whom they are assigned to, and their reconciliation."),
        section=BANK,
        hour=75,
        words="银行账户 账号 余额调节表",
    ),
    Page(
        _("Enter an account of ours"),
        "add_card",
        "admin:banking_bankaccount_add",
        "banking.add_bankaccount",
        about=_("Its number is entered once, encrypted and never changed."),
        section=BANK,
        words="新建 银行账户",
    ),
    Page(
        _("Take over opening balances"),
        "start",
        "admin:banking_bankaccount_opening",
        "banking.change_bankaccount",
        about=_(
            "What stood in the old books on the day of going live, by sheet, proved against its totals."
        ),
        section=BANK,
        words="期初 上线 建账",
    ),
    records(
        _("Payers' aliases"),
        "alternate_email",
        "banking.payeralias",
        about=_("Account numbers and names of which a person confirmed whose they are."),
        section=BANK,
        words="付款人 别名",
    ),
    setting(
        _("Layouts of bank files"),
        "view_column",
        "banking.banklayout",
        _("Which heading stands over what in the files of a bank that is not recognised."),
        section=BANK,
    ),
)
