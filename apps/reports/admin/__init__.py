"""The staff pages of reports."""

from apps.reports.admin.daily import DailyReportAdmin
from apps.reports.admin.figures import FigureAdmin
from apps.reports.admin.figures_goals import GoalAdmin
from apps.reports.admin.summaries import SummaryAdmin

__all__ = ["DailyReportAdmin", "FigureAdmin", "GoalAdmin", "SummaryAdmin"]
