"""The choices of the COD floor, with the words and colours staff see."""

from apps.cod.enums.changes import (
    ChangeScope,
    PaperKind,
    ProjectState,
    StepKind,
    TeamSide,
)

__all__ = [
    "ChangeScope",
    "PaperKind",
    "ProjectState",
    "StepKind",
    "TeamSide",
]
