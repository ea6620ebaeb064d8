"""Choices of the complaints floor, each with the label and colour people see."""

from apps.complaints.enums.cases import (
    AnswerKind,
    AssignedHow,
    CaseChannel,
    CaseClass,
    CaseState,
    DuplicateReason,
    EntryKind,
    LinkKind,
    Outcome,
    Prefer,
    Severity,
    Timing,
)
from apps.complaints.enums.exceptions import (
    ExceptionKind,
    ExceptionState,
    FoundBy,
    Liable,
    MeetingState,
    WhatStandsOut,
)
from apps.complaints.enums.kinds import EVENT_KINDS, EVENT_VALUES

__all__ = [
    "EVENT_KINDS",
    "EVENT_VALUES",
    "AnswerKind",
    "AssignedHow",
    "CaseChannel",
    "CaseClass",
    "CaseState",
    "DuplicateReason",
    "EntryKind",
    "ExceptionKind",
    "ExceptionState",
    "FoundBy",
    "Liable",
    "LinkKind",
    "MeetingState",
    "Outcome",
    "Prefer",
    "Severity",
    "Timing",
    "WhatStandsOut",
]
