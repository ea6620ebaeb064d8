from apps.reports.enums import kpis, summaries
from apps.reports.enums.kpis import ScopeKind, Shows
from apps.reports.enums.summaries import (
    EVENT_ROWS,
    EVENT_VALUES,
    MATTER_KINDS,
    DailyState,
    ReportMatter,
    SummaryFile,
    SummarySeat,
    SummaryState,
    SummaryStep,
)

EVENT_KINDS = {**kpis.EVENT_KINDS, **summaries.EVENT_KINDS}
EVENT_DETAILS = {**kpis.EVENT_DETAILS, **summaries.EVENT_DETAILS}

__all__ = [
    "EVENT_DETAILS",
    "EVENT_KINDS",
    "EVENT_ROWS",
    "EVENT_VALUES",
    "MATTER_KINDS",
    "DailyState",
    "ReportMatter",
    "ScopeKind",
    "Shows",
    "SummaryFile",
    "SummarySeat",
    "SummaryState",
    "SummaryStep",
]
