"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import Page, records, setting

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

PAGES = (
    *_DAYS_AND_MONTHS,
    Page(
        _("Figures"),
        "monitoring",
        "admin:reports_figure_changelist",
        "reports.view_figure",
        about=_("Every figure with its goal; each leads to the list behind it."),
        section=REPORTS,
        words="指标 报表 准时率 KPI",
    ),
    Page(
        _("Comparison"),
        "leaderboard",
        "admin:reports_figure_compare",
        "reports.view_figure",
        about=_("Units, partners and agents side by side, with how sure each figure is."),
        section=REPORTS,
        words="对比 排名 比较",
    ),
    setting(
        _("Goals of figures"),
        "flag",
        "reports.goal",
        _("What each figure is to reach, since when."),
        section=REPORTS,
        words="目标",
    ),
)
