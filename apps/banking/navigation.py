"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import Page, records, setting

BANK = _("Bank")
PAYOUTS = _("Payouts")
PAYERS = frozenset({Role.CASHIER})
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
        _("Payout accounts"),
        "contact_emergency",
        "banking.payeeaccount",
        about=_(
            "Accounts that merchants are paid to: asked for, called back, approved, waiting, in use."
        ),
        section=PAYOUTS,
        words="收款账户 商户账户 回拨 冷静期 付款账户",
    ),
    Page(
        _("Ask for a payout account"),
        "person_add",
        "admin:banking_payeeaccount_add",
        "banking.request_payeeaccount",
        about=_("With the customer's signed request; a colleague calls them back."),
        section=PAYOUTS,
        words="新增 变更 收款账户",
    ),
    records(
        _("Payouts"),
        "payments",
        "banking.payout",
        about=_("What is paid to whom: to be released, in a file, paid, returned, unclear."),
        section=PAYOUTS,
        daily_for=PAYERS,
        hour=40,
        words="付款 打款 复核 放款 退票 待查",
    ),
    records(
        _("Payment files"),
        "file_export",
        "banking.payoutfile",
        about=_("Made for the bank's batch payment, with its results."),
        section=PAYOUTS,
        words="付款文件 批量支付 回盘",
    ),
    Page(
        _("Make a payment file"),
        "post_add",
        "admin:banking_payoutfile_add",
        "banking.make_payoutfile",
        about=_("Everything that is released from one account, in the bank's own template."),
        section=PAYOUTS,
        words="批量付款 生成文件 网银",
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
