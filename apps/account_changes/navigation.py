"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import Page, records

COD = _("COD")

PAGES = (
    records(
        _("Account changes"),
        "swap_horiz",
        "account_changes.changeproject",
        about=_(
            "Changing the account that customers pay into, from the reason to the final report."
        ),
        section=COD,
        daily_for=frozenset({Role.SAFETY_OFFICER}),
        hour=80,
        words="收款账号变更 换户 过渡期",
    ),
    Page(
        _("Begin an account change"),
        "add",
        "admin:account_changes_changeproject_add",
        "account_changes.run_changeproject",
        about=_("The page then leads through it, step by step, to the final report."),
        section=COD,
        words="新建 收款账号变更",
    ),
    records(
        _("Notice campaigns"),
        "campaign",
        "account_changes.campaign",
        about=_("Telling customers of an account change, and the board of who has it."),
        section=COD,
        words="换户 账户变更 通知 公告",
    ),
    records(
        _("Customers told of an account change"),
        "mark_email_read",
        "account_changes.campaignrecipient",
        about=_("How far each notice came by which channel, and who is to be called."),
        section=COD,
        words="换户 送达 已读 未通知",
    ),
    records(
        _("Feedback on account changes"),
        "forum",
        "account_changes.feedback",
        about=_("What customers say to it, and which questions wait."),
        section=COD,
        words="换户 反馈 意见",
    ),
    records(
        _("Notices looked up"),
        "policy",
        "account_changes.noticecheck",
        about=_("What was asked on the public page, and what was not ours."),
        section=COD,
        daily_for=frozenset({Role.SAFETY_OFFICER}),
        hour=10,
        words="核验 假冒 诈骗",
    ),
)
