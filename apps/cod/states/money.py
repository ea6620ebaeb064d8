"""Which state may follow which."""

from apps.cod.enums import CashUpState as C
from apps.cod.enums import DecisionState as D
from apps.cod.enums import ItemState as I
from apps.cod.enums import TransitState as T
from apps.core.states import MoveTable

ITEM_MOVES = MoveTable(
    {
        I.DUE: {I.COLLECTED, I.REFUSED, I.RETURNED, I.WRITTEN_OFF},
        # The proof may be corrected until somebody counted. A provider's money is never counted.
        I.COLLECTED: {I.REFUSED, I.COUNTED, I.DEPOSITED},
        I.COUNTED: {I.COLLECTED, I.DEPOSITED},
        I.DEPOSITED: {I.COLLECTED, I.COUNTED, I.BANKED},
        I.BANKED: {I.DEPOSITED, I.IN_REMITTANCE, I.CLAWED_BACK},
        I.IN_REMITTANCE: {I.BANKED, I.REMITTED},
        # The bank sent it back: it can be remitted again.
        I.REMITTED: {I.BANKED, I.CLAWED_BACK},
        I.REFUSED: {I.COLLECTED, I.RETURNED},
        I.RETURNED: set(),
        I.CLAWED_BACK: set(),
        I.WRITTEN_OFF: set(),
    }
)
CASH_UP_MOVES = MoveTable(
    {
        C.OPEN: {C.DECLARED},
        C.DECLARED: {C.OPEN, C.COUNTED, C.CLOSED},
        C.COUNTED: {C.CLOSED},
        C.CLOSED: set(),
    }
)
TRANSIT_MOVES = MoveTable({T.SENT: {T.SEEN, T.VOID}, T.SEEN: {T.SENT}, T.VOID: set()})
DECISION_MOVES = MoveTable(
    {D.ASKED: {D.DONE, D.REFUSED, D.VOID}, D.DONE: set(), D.REFUSED: set(), D.VOID: set()}
)
