from apps.tracking.enums.batch import Door, RefusedState
from apps.tracking.enums.delivery import (
    CodMethod,
    ConfirmedBy,
    DocumentState,
    FilingPlace,
    HandedOverAt,
    Party,
    Satisfaction,
    Signer,
)
from apps.tracking.enums.kinds import EVENT_DETAILS, EVENT_KINDS, EVENT_ROWS, EVENT_VALUES
from apps.tracking.enums.late import LateCause, LateKind, LateOutcome
from apps.tracking.enums.party import PartyRole
from apps.tracking.enums.promise import PromiseCause
from apps.tracking.enums.stage import LaneScope, Stage
from apps.tracking.enums.status import (
    TERMINAL,
    TERMINAL_PAIRS,
    TROUBLE,
    Reason,
    Status,
    is_terminal,
    may_be_expected,
)

__all__ = [
    "EVENT_DETAILS",
    "EVENT_KINDS",
    "EVENT_ROWS",
    "EVENT_VALUES",
    "TERMINAL",
    "TERMINAL_PAIRS",
    "TROUBLE",
    "CodMethod",
    "ConfirmedBy",
    "DocumentState",
    "Door",
    "FilingPlace",
    "HandedOverAt",
    "LaneScope",
    "LateCause",
    "LateKind",
    "LateOutcome",
    "Party",
    "PartyRole",
    "PromiseCause",
    "Reason",
    "RefusedState",
    "Satisfaction",
    "Signer",
    "Stage",
    "Status",
    "is_terminal",
    "may_be_expected",
]
