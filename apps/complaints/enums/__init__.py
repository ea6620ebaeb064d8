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
from apps.complaints.enums.chat import (
    CHAT_EVENT_KINDS,
    CHAT_EVENT_VALUES,
    ChatEnd,
    ChatSide,
    ChatState,
    ChatWord,
    TurnEnd,
    TurnHow,
)
from apps.complaints.enums.exceptions import (
    ExceptionKind,
    ExceptionState,
    FoundBy,
    Liable,
    MeetingState,
    WhatStandsOut,
)
from apps.complaints.enums.kinds import EVENT_KINDS as CASE_EVENT_KINDS
from apps.complaints.enums.kinds import EVENT_VALUES as CASE_EVENT_VALUES

# Gathered by the events floor.
EVENT_KINDS = {**CASE_EVENT_KINDS, **CHAT_EVENT_KINDS}
EVENT_VALUES = {**CASE_EVENT_VALUES, **CHAT_EVENT_VALUES}

__all__ = [
    "EVENT_KINDS",
    "EVENT_VALUES",
    "AnswerKind",
    "AssignedHow",
    "CaseChannel",
    "CaseClass",
    "CaseState",
    "ChatEnd",
    "ChatSide",
    "ChatState",
    "ChatWord",
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
    "TurnEnd",
    "TurnHow",
    "WhatStandsOut",
]
