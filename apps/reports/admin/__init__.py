from apps.reports.admin.daily import DailyReportAdmin
from apps.reports.admin.summaries import SummaryAdmin

__all__ = ["DailyReportAdmin", "SummaryAdmin"]
