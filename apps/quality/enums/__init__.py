"""Choices of this floor, each with the label and colour people see."""

from apps.quality.enums.events import EVENT_DETAILS, EVENT_KINDS, EVENT_ROWS, EVENT_VALUES
from apps.quality.enums.exceptions import (
    EXCEPTION_MATTER_KINDS as MATTER_KINDS,
)
from apps.quality.enums.exceptions import (
    ExceptionKind,
    ExceptionMatter,
    ExceptionState,
    FoundBy,
    MeetingState,
    WhatStandsOut,
)
from apps.quality.enums.late import ContactChannel, LateState

__all__ = [
    "EVENT_DETAILS",
    "EVENT_KINDS",
    "EVENT_ROWS",
    "EVENT_VALUES",
    "MATTER_KINDS",
    "ContactChannel",
    "ExceptionKind",
    "ExceptionMatter",
    "ExceptionState",
    "FoundBy",
    "LateState",
    "MeetingState",
    "WhatStandsOut",
]
