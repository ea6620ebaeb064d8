"""The choices of the COD floor, with the words and colours staff see."""

from apps.cod.enums.changes import (
    MATTER_KINDS,
    ChangeMatter,
    ChangeScope,
    ChangeSeat,
    PaperKind,
    ProjectState,
    StepKind,
    TeamSide,
)
from apps.cod.enums.events import EVENT_DETAILS, EVENT_KINDS, EVENT_ROWS, EVENT_VALUES

__all__ = [
    "EVENT_DETAILS",
    "EVENT_KINDS",
    "EVENT_ROWS",
    "EVENT_VALUES",
    "MATTER_KINDS",
    "ChangeMatter",
    "ChangeScope",
    "ChangeSeat",
    "PaperKind",
    "ProjectState",
    "StepKind",
    "TeamSide",
]
