"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import Page, records

REPORTS = _("Reports")

# The daily report and the monthly summary.
_DAYS_AND_MONTHS = (
    records(
        _("Daily reports"),
        "summarize",
        "reports.dailyreport",
        about=_("Each unit's day: to be closed with remarks by 09:30."),
        section=REPORTS,
        daily_for=frozenset({Role.DIRECTOR}),
        hour=62,
        words="日报 早会 备注",
    ),
    Page(
        _("Today as it goes"),
        "today",
        "admin:reports_dailyreport_today",
        "reports.view_dailyreport",
        about=_("What the daily report will say, as it is known now."),
        section=REPORTS,
        words="今天 实时 日报",
    ),
    records(
        _("Monthly summaries"),
        "history_edu",
        "reports.summary",
        about=_("Each customer's month, signed by four: what waits for your signature first."),
        section=REPORTS,
        words="月度总结 月报 签字 客户总结",
    ),
)

PAGES: tuple[Page, ...] = (*_DAYS_AND_MONTHS,)
