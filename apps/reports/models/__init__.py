from apps.reports.models.daily import DailyReport
from apps.reports.models.figures import Figure, Freeze, Goal
from apps.reports.models.summaries import (
    TEXTS,
    Summary,
    SummaryLook,
    SummaryReceipt,
    SummarySending,
)

__all__ = [
    "TEXTS",
    "DailyReport",
    "Figure",
    "Freeze",
    "Goal",
    "Summary",
    "SummaryLook",
    "SummaryReceipt",
    "SummarySending",
]
