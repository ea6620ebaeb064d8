"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.account_changes.campaign_pages import CAMPAIGN_PAGES
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
    *CAMPAIGN_PAGES,
)
