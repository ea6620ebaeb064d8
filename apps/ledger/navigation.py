"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import Page, records, setting

LEDGER = _("Ledger")

PAGES = (
    Page(
        _("Trial balance"),
        "balance",
        "admin:ledger_account_trial",
        "ledger.view_account",
        about=_("Every title with opening balance, turnover and closing balance of a month."),
        section=LEDGER,
        daily_for=frozenset({Role.FINANCE}),
        hour=80,
        words="试算平衡 余额表",
    ),
    records(
        _("Journal entries"),
        "menu_book",
        "ledger.entry",
        about=_("What happened in money, entry by entry."),
        section=LEDGER,
        words="凭证 分录 流水",
    ),
    records(
        _("Chart of accounts"),
        "account_tree",
        "ledger.account",
        about=_("Whose balances are kept, and what stands on each."),
        section=LEDGER,
        words="科目 账户 辅助核算",
    ),
    records(
        _("Closed months"),
        "event_lock",
        "ledger.period",
        about=_("Close a month, and hand its vouchers to the accounting system."),
        section=LEDGER,
        words="结账 关账 月结 导出凭证",
    ),
    setting(
        _("Account titles"),
        "tag",
        "ledger.accounttitle",
        _("Codes and names of accounts as the accounting system has them."),
        section=LEDGER,
    ),
)
