"""The moves of a matter and of a clock.

Nobody moves a clock by hand: its state is read from facts (``rules.reading``). The table says which
readings are possible at all, and a reading that is not is refused like any other illegal move.
"""

from apps.core.states import MoveTable
from apps.sla.enums import ClockState as C
from apps.sla.enums import MatterState as M

MATTER_MOVES: MoveTable[M] = MoveTable(
    {
        M.OPEN: {M.CLOSED, M.STOPPED},
        M.CLOSED: {M.OPEN, M.STOPPED},
        M.STOPPED: set(),
    }
)

CLOCK_MOVES: MoveTable[C] = MoveTable(
    {
        C.RUNNING: {C.PAUSED, C.MET, C.STOPPED},
        C.PAUSED: {C.RUNNING, C.MET, C.STOPPED},
        # Opened again: a solution that did not hold is no solution.
        C.MET: {C.RUNNING, C.PAUSED},
        # Opened again, or a policy that has the target once more. Met: the fact was known too late.
        C.STOPPED: {C.RUNNING, C.PAUSED, C.MET},
    }
)

OPEN_CLOCKS = frozenset({C.RUNNING, C.PAUSED})
