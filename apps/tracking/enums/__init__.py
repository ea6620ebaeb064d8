from apps.tracking.enums.batch import Door, RefusedState
from apps.tracking.enums.delivery import (
    CodMethod,
    ConfirmedBy,
    DocumentState,
    HandedOverAt,
    KeptAt,
    Party,
    Satisfaction,
    Signer,
)
from apps.tracking.enums.kinds import EVENT_DETAILS, EVENT_KINDS, EVENT_ROWS, EVENT_VALUES
from apps.tracking.enums.late import (
    ContactChannel,
    LateCause,
    LateKind,
    LateOutcome,
    LateState,
)
from apps.tracking.enums.party import PartyRole
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
    "ContactChannel",
    "DocumentState",
    "Door",
    "HandedOverAt",
    "KeptAt",
    "LaneScope",
    "LateCause",
    "LateKind",
    "LateOutcome",
    "LateState",
    "Party",
    "PartyRole",
    "Reason",
    "RefusedState",
    "Satisfaction",
    "Signer",
    "Stage",
    "Status",
    "is_terminal",
    "may_be_expected",
]
