from apps.reports.services.daily import close_report, prepare_reports, send_cards
from apps.reports.services.figures import freeze_figures
from apps.reports.services.goals import set_goal
from apps.reports.services.monthly import freeze_past_months
from apps.reports.services.summaries import (
    change_summary,
    prepare_summaries,
    renew_figures,
)
from apps.reports.services.summary_sending import (
    acknowledge_summary,
    export_summary,
    send_summary,
)
from apps.reports.services.summary_signing import (
    look_at_summary,
    return_summary,
    sign_summary,
    write_summary,
)

__all__ = [
    "acknowledge_summary",
    "change_summary",
    "close_report",
    "export_summary",
    "freeze_figures",
    "freeze_past_months",
    "look_at_summary",
    "prepare_reports",
    "prepare_summaries",
    "renew_figures",
    "return_summary",
    "send_cards",
    "send_summary",
    "set_goal",
    "sign_summary",
    "write_summary",
]
