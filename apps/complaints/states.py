"""Which state may follow which, and what each state means to the clocks."""

from apps.complaints.enums import CaseState as C
from apps.complaints.enums import Timing
from apps.core.states import MoveTable

CASE_MOVES = MoveTable(
    {
        C.NEW: {C.OPEN, C.MERGED, C.CANCELLED},
        C.OPEN: {C.WAITING, C.SOLVED, C.MERGED, C.CANCELLED},
        C.WAITING: {C.OPEN, C.SOLVED, C.MERGED, C.CANCELLED},
        # The customer does not confirm it, or confirms it.
        C.SOLVED: {C.OPEN, C.CLOSED},
        C.CLOSED: {C.OPEN},
        C.MERGED: set(),
        C.CANCELLED: set(),
    }
)

TIMING: dict[C, Timing] = {
    C.NEW: Timing.RUNS,
    C.OPEN: Timing.RUNS,
    C.WAITING: Timing.PAUSED,
    # The customer has not heard the result yet, or not agreed to it.
    C.SOLVED: Timing.RUNS,
    C.CLOSED: Timing.CLOSED,
    C.MERGED: Timing.CLOSED,
    C.CANCELLED: Timing.CLOSED,
}

# Somebody still has to do something.
LIVE = frozenset({C.NEW, C.OPEN, C.WAITING, C.SOLVED})
LIVE_VALUES = sorted(str(state) for state in LIVE)
# It counts as work in hand of whoever owns it.
IN_HAND = frozenset({C.NEW, C.OPEN})
ENDED = frozenset({C.CLOSED, C.MERGED, C.CANCELLED})
