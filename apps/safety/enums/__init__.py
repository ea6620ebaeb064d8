"""Choices of the safety floor, with the words and colours staff see."""

from apps.safety.enums.alerts import AlertKind, AlertState
from apps.safety.enums.checks import (
    MATTER_KINDS,
    CheckState,
    FollowUpState,
    SafetyMatter,
    Verdict,
)
from apps.safety.enums.events import EVENT_DETAILS, EVENT_KINDS, EVENT_ROWS, EVENT_VALUES
from apps.safety.enums.seals import FindingState, SealKind, Tampering

__all__ = [
    "EVENT_DETAILS",
    "EVENT_KINDS",
    "EVENT_ROWS",
    "EVENT_VALUES",
    "MATTER_KINDS",
    "AlertKind",
    "AlertState",
    "CheckState",
    "FindingState",
    "FollowUpState",
    "SafetyMatter",
    "SealKind",
    "Tampering",
    "Verdict",
]
