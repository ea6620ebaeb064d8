"""The choices of the COD floor, with the words and colours staff see."""

from apps.cod.enums import changes, events
from apps.cod.enums.campaigns import (
    CAMPAIGN_EVENT_DETAILS,
    CAMPAIGN_EVENT_KINDS,
    CAMPAIGN_EVENT_ROWS,
    CAMPAIGN_EVENT_VALUES,
    CAMPAIGN_MATTERS,
    REACHED,
    CampaignMatter,
    FeedbackClass,
    FeedbackSource,
    MessageStand,
    NoticeAnswer,
    NoticeChannel,
    RecipientState,
)
from apps.cod.enums.changes import (
    ChangeMatter,
    ChangeScope,
    ChangeSeat,
    PaperKind,
    ProjectState,
    StepKind,
    TeamSide,
)

EVENT_KINDS = {**events.EVENT_KINDS, **CAMPAIGN_EVENT_KINDS}
EVENT_DETAILS = {**events.EVENT_DETAILS, **CAMPAIGN_EVENT_DETAILS}
EVENT_VALUES = {**events.EVENT_VALUES, **CAMPAIGN_EVENT_VALUES}
EVENT_ROWS = (*events.EVENT_ROWS, *CAMPAIGN_EVENT_ROWS)
MATTER_KINDS = {**changes.MATTER_KINDS, **CAMPAIGN_MATTERS}

__all__ = [
    "EVENT_DETAILS",
    "EVENT_KINDS",
    "EVENT_ROWS",
    "EVENT_VALUES",
    "MATTER_KINDS",
    "REACHED",
    "CampaignMatter",
    "ChangeMatter",
    "ChangeScope",
    "ChangeSeat",
    "FeedbackClass",
    "FeedbackSource",
    "MessageStand",
    "NoticeAnswer",
    "NoticeChannel",
    "PaperKind",
    "ProjectState",
    "RecipientState",
    "StepKind",
    "TeamSide",
]
