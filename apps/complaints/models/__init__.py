from apps.complaints.models.case import LIVE_VALUES, Case, CaseQuerySet, NumberSeries
from apps.complaints.models.cause import CauseNode
from apps.complaints.models.chat import (
    Chat,
    ChatFile,
    ChatLine,
    ChatPulse,
    ChatQuerySet,
    ChatTurn,
)
from apps.complaints.models.chat_desk import ChatCount, ChatSeat, ChatSettings
from apps.complaints.models.drafts import CaseDraft
from apps.complaints.models.entry import (
    FROM_CUSTOMER,
    INTERNAL,
    TO_CUSTOMER,
    CaseEntry,
    CaseFile,
    CaseLink,
    CaseReader,
)
from apps.complaints.models.exception import (
    REPORT_WITHIN,
    ExceptionQuerySet,
    ExceptionReport,
    ReportChange,
)
from apps.complaints.models.follow_up import (
    ChaseTask,
    CorrectiveAction,
    Evidence,
    ReviewItem,
    ReviewMeeting,
)
from apps.complaints.models.satisfaction import SatisfactionAsk
from apps.complaints.models.team import AssignmentRule, MajorRule
from apps.complaints.models.words import CannedAnswer, SavedFilter

__all__ = [
    "FROM_CUSTOMER",
    "INTERNAL",
    "LIVE_VALUES",
    "REPORT_WITHIN",
    "TO_CUSTOMER",
    "AssignmentRule",
    "CannedAnswer",
    "Case",
    "CaseDraft",
    "CaseEntry",
    "CaseFile",
    "CaseLink",
    "CaseQuerySet",
    "CaseReader",
    "CauseNode",
    "ChaseTask",
    "Chat",
    "ChatCount",
    "ChatFile",
    "ChatLine",
    "ChatPulse",
    "ChatQuerySet",
    "ChatSeat",
    "ChatSettings",
    "ChatTurn",
    "CorrectiveAction",
    "Evidence",
    "ExceptionQuerySet",
    "ExceptionReport",
    "MajorRule",
    "NumberSeries",
    "ReportChange",
    "ReviewItem",
    "ReviewMeeting",
    "SatisfactionAsk",
    "SavedFilter",
]
