from apps.quality.models.analysis import QuarterlyAnalysis
from apps.quality.models.contact import PartyContact
from apps.quality.models.exception import (
    REPORT_WITHIN,
    ExceptionQuerySet,
    ExceptionReport,
    ReportChange,
)
from apps.quality.models.follow_up import (
    ChaseTask,
    CorrectiveAction,
    Evidence,
    ReviewItem,
    ReviewMeeting,
)

__all__ = [
    "REPORT_WITHIN",
    "ChaseTask",
    "CorrectiveAction",
    "Evidence",
    "ExceptionQuerySet",
    "ExceptionReport",
    "PartyContact",
    "QuarterlyAnalysis",
    "ReportChange",
    "ReviewItem",
    "ReviewMeeting",
]
