"""Choices of the daily report and of the monthly summary (REP-2, REP-3), and what their events are called."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices
from apps.sla.kinds import Timed


class DailyState(ColourChoices):
    OPEN = "open", _("Remarks missing"), "amber"
    CLOSED = "closed", _("Closed"), "green"


class SummaryState(ColourChoices):
    """Whose signature it has; the next one is waited for."""

    DRAFT = "draft", _("Draft"), "grey"
    WRITTEN = "written", _("Signed by the agent"), "blue"
    PROJECT = "project", _("Checked by the project manager"), "blue"
    DIRECTOR = "director", _("Checked by the director"), "purple"
    SIGNED = "signed", _("Signed by all four"), "teal"
    SENT = "sent", _("Sent"), "green"


class SummarySeat(ColourChoices):
    """Who checks after the agent, in this order."""

    PROJECT_MANAGER = "project_manager", _("Project manager"), "blue"
    DIRECTOR = "director", _("Customer-service director"), "purple"
    DEPUTY_GENERAL_MANAGER = "deputy_general_manager", _("Deputy general manager"), "red"


class SummaryStep(ColourChoices):
    """What is due of a summary: one clock each."""

    WRITE = "write", _("Written and signed by the agent"), "grey"
    PROJECT = "project", _("Checked by the project manager"), "blue"
    DIRECTOR = "director", _("Checked by the director"), "purple"
    DEPUTY = "deputy", _("Checked by the deputy general manager"), "red"
    SEND = "send", _("Sent to the customer"), "green"


class SummaryFile(ColourChoices):
    PDF = "pdf", "PDF", "red"
    XLSX = "xlsx", "Excel", "green"


class ReportMatter(ColourChoices):
    """What of reports is timed."""

    DAILY_REPORT = "daily_report", _("Daily report"), "teal"
    SUMMARY = "summary", _("Monthly summary"), "purple"


MATTER_KINDS = {
    ReportMatter.DAILY_REPORT: Timed(seen_with="reports.view_dailyreport"),
    ReportMatter.SUMMARY: Timed(seen_with="reports.view_summary", classes=SummaryStep.choices),
}
EVENT_KINDS = {
    "dailyreport.prepared": _("Daily report prepared"),
    "dailyreport.card_sent": _("Morning card sent"),
    "dailyreport.closed": _("Daily report closed"),
    "summary.prepared": _("Monthly summary prepared"),
    "summary.renewed": _("Figures of the summary taken anew"),
    "summary.changed": _("Summary changed"),
    "summary.written": _("Summary signed by the agent"),
    "summary.checked": _("Summary checked"),
    "summary.returned": _("Summary sent back"),
    "summary.sent": _("Summary sent"),
    "summary.exported": _("Summary downloaded"),
    "summary.acknowledged": _("Summary received by the customer"),
}
EVENT_VALUES = {
    "summary.exported/as": SummaryFile,
    "summary.checked/as": SummarySeat,
    "summary.returned/as": SummarySeat,
}
EVENT_DETAILS = {
    "dailyreport.closed/sha256": _("Fingerprint"),
    "dailyreport.card_sent/card": _("Yesterday in ten lines"),
    "summary.changed/changed": _("Changed"),
    "summary.sent/way": _("Sent by"),
    "summary.acknowledged/name": _("Name"),
    "summary.written/for": _("Signed on behalf of"),
    "summary.checked/as": _("Seat"),
    "summary.checked/for": _("Signed on behalf of"),
}
EVENT_ROWS = ("people",)
