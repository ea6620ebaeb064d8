from apps.complaints.models.case import Case, CaseQuerySet
from apps.complaints.models.cause import CauseNode
from apps.complaints.models.entry import (
    FROM_CUSTOMER,
    INTERNAL,
    TO_CUSTOMER,
    CaseEntry,
    CaseFile,
    CaseLink,
    CaseReader,
)
from apps.complaints.models.hold import CaseHold
from apps.complaints.models.praise import Praise
from apps.complaints.models.satisfaction import SatisfactionAsk
from apps.complaints.models.team import AssignmentRule, MajorRule
from apps.complaints.states import LIVE_VALUES

__all__ = [
    "FROM_CUSTOMER",
    "INTERNAL",
    "LIVE_VALUES",
    "TO_CUSTOMER",
    "AssignmentRule",
    "Case",
    "CaseEntry",
    "CaseFile",
    "CaseHold",
    "CaseLink",
    "CaseQuerySet",
    "CaseReader",
    "CauseNode",
    "MajorRule",
    "Praise",
    "SatisfactionAsk",
]
