"""Which state may follow which."""

from apps.core.states import MoveTable
from apps.shifts.enums import HandoverState as H
from apps.shifts.enums import SwapState as S

SWAP_MOVES = MoveTable(
    {
        S.ASKED: {S.TAKEN, S.REFUSED, S.EXPIRED},
        S.TAKEN: {S.DONE, S.REFUSED, S.EXPIRED},
        S.DONE: set(),
        S.REFUSED: set(),
        S.EXPIRED: set(),
    }
)
HANDOVER_MOVES = MoveTable(
    {
        H.OPEN: {H.OFFERED, H.LAPSED, H.VOID},
        # Offered again, to somebody else.
        H.OFFERED: {H.OFFERED, H.ACCEPTED, H.LAPSED, H.VOID},
        # Late is better than never: the director on duty has it until somebody accepts.
        H.LAPSED: {H.OFFERED, H.ACCEPTED},
        H.ACCEPTED: set(),
        H.VOID: set(),
    }
)
