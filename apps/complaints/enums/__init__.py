"""Choices of the complaints floor, each with the label and colour people see."""

from apps.complaints.enums.case_events import (
    CASE_EVENT_DETAILS,
    CASE_EVENT_KINDS,
    CASE_EVENT_ROWS,
    CASE_EVENT_VALUES,
)
from apps.complaints.enums.cases import (
    CASE_MATTER_KINDS,
    OPINIONS,
    TROUBLE,
    AssignedHow,
    CaseChannel,
    CaseClass,
    CaseMatter,
    CaseState,
    DuplicateReason,
    EntryKind,
    Liable,
    LinkKind,
    Outcome,
    Prefer,
    Severity,
    Timing,
)

# Gathered by the events floor.
EVENT_KINDS = CASE_EVENT_KINDS
EVENT_VALUES = CASE_EVENT_VALUES
EVENT_DETAILS = CASE_EVENT_DETAILS
EVENT_ROWS = CASE_EVENT_ROWS
# Gathered by the clocks.
MATTER_KINDS = CASE_MATTER_KINDS

__all__ = [
    "EVENT_DETAILS",
    "EVENT_KINDS",
    "EVENT_ROWS",
    "EVENT_VALUES",
    "MATTER_KINDS",
    "OPINIONS",
    "TROUBLE",
    "AssignedHow",
    "CaseChannel",
    "CaseClass",
    "CaseMatter",
    "CaseState",
    "DuplicateReason",
    "EntryKind",
    "Liable",
    "LinkKind",
    "Outcome",
    "Prefer",
    "Severity",
    "Timing",
]
