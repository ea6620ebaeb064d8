"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.backoffice.navigation import Page, setting

REPORTS = _("Reports")

PAGES = (
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
