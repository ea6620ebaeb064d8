"""Which state may follow which."""

from apps.core.states import MoveTable
from apps.tracking.enums import DocumentState as D

DOCUMENT_MOVES = MoveTable(
    {
        D.EXPECTED: {D.COLLECTED, D.IN_TRANSIT_BACK, D.RECEIVED_AT_ORIGIN, D.MISSING, D.VOID},
        # It may be filed where it was collected: the destination keeps its own.
        D.COLLECTED: {D.IN_TRANSIT_BACK, D.RECEIVED_AT_ORIGIN, D.FILED, D.MISSING},
        D.IN_TRANSIT_BACK: {D.RECEIVED_AT_ORIGIN, D.MISSING},
        D.RECEIVED_AT_ORIGIN: {D.FILED, D.MISSING},
        D.MISSING: {D.COLLECTED, D.IN_TRANSIT_BACK, D.RECEIVED_AT_ORIGIN, D.VOID},
        D.FILED: {D.DESTROYED},
        D.VOID: {D.EXPECTED},
        D.DESTROYED: set(),
    }
)
