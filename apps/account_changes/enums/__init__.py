"""The choices of the COD floor, with the words and colours staff see."""

from typing import Any

from apps.account_changes.enums import changes, events
from apps.account_changes.enums.campaigns import (
    CAMPAIGN_EVENT_DETAILS,
    CAMPAIGN_EVENT_KINDS,
    CAMPAIGN_EVENT_ROWS,
    CAMPAIGN_EVENT_VALUES,
    CAMPAIGN_MATTERS,
    CampaignMatter,
    FeedbackClass,
    FeedbackSource,
    MessageStatus,
    NoticeAnswer,
    NoticeChannel,
    RecipientState,
)
from apps.account_changes.enums.changes import (
    ChangeMatter,
    ChangeScope,
    ChangeSeat,
    PaperKind,
    ProjectState,
    StepKind,
    TeamSide,
)
from apps.sla.kinds import Timed

EVENT_KINDS: dict[str, Any] = {**events.EVENT_KINDS, **CAMPAIGN_EVENT_KINDS}
EVENT_DETAILS: dict[str, Any] = {**events.EVENT_DETAILS, **CAMPAIGN_EVENT_DETAILS}
EVENT_VALUES: dict[str, Any] = {**events.EVENT_VALUES, **CAMPAIGN_EVENT_VALUES}
EVENT_ROWS = (*events.EVENT_ROWS, *CAMPAIGN_EVENT_ROWS)
MATTER_KINDS: dict[Any, Timed] = {**changes.MATTER_KINDS, **CAMPAIGN_MATTERS}

__all__ = [
    "EVENT_DETAILS",
    "EVENT_KINDS",
    "EVENT_ROWS",
    "EVENT_VALUES",
    "MATTER_KINDS",
    "CampaignMatter",
    "ChangeMatter",
    "ChangeScope",
    "ChangeSeat",
    "FeedbackClass",
    "FeedbackSource",
    "MessageStatus",
    "NoticeAnswer",
    "NoticeChannel",
    "PaperKind",
    "ProjectState",
    "RecipientState",
    "StepKind",
    "TeamSide",
]
