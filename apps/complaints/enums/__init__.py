"""Choices of the complaints floor, each with the label and colour people see."""

from apps.complaints.enums.case_events import (
    CASE_EVENT_DETAILS,
    CASE_EVENT_KINDS,
    CASE_EVENT_ROWS,
    CASE_EVENT_VALUES,
)
from apps.complaints.enums.cases import (
    CASE_MATTER_KINDS,
    AnswerKind,
    AssignedHow,
    CaseChannel,
    CaseClass,
    CaseMatter,
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
    CHAT_EVENT_DETAILS,
    CHAT_EVENT_KINDS,
    CHAT_EVENT_VALUES,
    ChatEnd,
    ChatSide,
    ChatState,
    ChatWord,
    TurnEnd,
    TurnHow,
)
from apps.complaints.enums.exception_events import (
    EXCEPTION_EVENT_DETAILS,
    EXCEPTION_EVENT_KINDS,
    EXCEPTION_EVENT_ROWS,
    EXCEPTION_EVENT_VALUES,
)
from apps.complaints.enums.exceptions import (
    EXCEPTION_MATTER_KINDS,
    ExceptionKind,
    ExceptionMatter,
    ExceptionState,
    FoundBy,
    Liable,
    MeetingState,
    WhatStandsOut,
)

# Gathered by the events floor.
EVENT_KINDS = {**CASE_EVENT_KINDS, **EXCEPTION_EVENT_KINDS, **CHAT_EVENT_KINDS}
EVENT_VALUES = {**CASE_EVENT_VALUES, **EXCEPTION_EVENT_VALUES, **CHAT_EVENT_VALUES}
EVENT_DETAILS = {**CASE_EVENT_DETAILS, **EXCEPTION_EVENT_DETAILS, **CHAT_EVENT_DETAILS}
EVENT_ROWS = (*CASE_EVENT_ROWS, *EXCEPTION_EVENT_ROWS)
# Gathered by the clocks.
MATTER_KINDS = {**CASE_MATTER_KINDS, **EXCEPTION_MATTER_KINDS}

__all__ = [
    "EVENT_DETAILS",
    "EVENT_KINDS",
    "EVENT_ROWS",
    "EVENT_VALUES",
    "MATTER_KINDS",
    "AnswerKind",
    "AssignedHow",
    "CaseChannel",
    "CaseClass",
    "CaseMatter",
    "CaseState",
    "ChatEnd",
    "ChatSide",
    "ChatState",
    "ChatWord",
    "DuplicateReason",
    "EntryKind",
    "ExceptionKind",
    "ExceptionMatter",
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
