"""Which state may follow which."""

from apps.billing.enums import ChequeState as C
from apps.billing.enums import DisputeState as D
from apps.billing.enums import InvoiceState as I
from apps.billing.enums import PaperState as P
from apps.billing.enums import RedFormState as R
from apps.billing.enums import StatementState as S
from apps.billing.enums import WriteOffState as W
from apps.core.states import MoveTable

STATEMENT_MOVES = MoveTable(
    {
        S.OPEN: {S.FROZEN},
        # Opened again by the reviewer, as long as the customer has not seen it.
        S.FROZEN: {S.OPEN, S.REVIEWED},
        S.REVIEWED: {S.OPEN, S.SENT},
        S.SENT: {S.CONFIRMED},
        S.CONFIRMED: set(),
    }
)
DISPUTE_MOVES = MoveTable(
    {
        D.OPEN: {D.ACCEPTED, D.REFUSED, D.WITHDRAWN},
        D.ACCEPTED: set(),
        D.REFUSED: set(),
        D.WITHDRAWN: set(),
    }
)
INVOICE_MOVES = MoveTable(
    {
        I.REQUESTED: {I.ISSUING, I.ISSUED, I.WITHDRAWN},
        # Unclear from when the request may have left until its answer is on record; before, it is taken back.
        I.ISSUING: {I.REQUESTED, I.UNCLEAR, I.ISSUED, I.FAILED},
        I.UNCLEAR: {I.ISSUING, I.ISSUED, I.FAILED},
        I.FAILED: {I.ISSUING, I.ISSUED, I.WITHDRAWN},
        I.ISSUED: {I.DELIVERED, I.RECEIVED, I.REVERSED},
        I.DELIVERED: {I.RECEIVED, I.REVERSED},
        I.RECEIVED: {I.REVERSED},
        I.WITHDRAWN: set(),
        I.REVERSED: set(),
    }
)
# Asked about now and then only, a form may have passed through a state unseen.
_RED_ENDS = {R.CONFIRMED, R.ISSUED, R.REFUSED, R.LAPSED, R.WITHDRAWN, R.FAILED}
RED_FORM_MOVES = MoveTable(
    {
        R.REQUESTED: {R.UNCLEAR, R.PENDING, *_RED_ENDS},
        R.UNCLEAR: {R.REQUESTED, R.PENDING, *_RED_ENDS},
        R.PENDING: _RED_ENDS,
        R.CONFIRMED: {R.ISSUED, R.WITHDRAWN, R.FAILED},
        R.ISSUED: set(),
        R.REFUSED: set(),
        R.LAPSED: set(),
        R.WITHDRAWN: set(),
        R.FAILED: set(),
    }
)
CHEQUE_MOVES = MoveTable(
    {
        C.TO_COLLECT: {C.IN_HAND, C.LAPSED},
        C.IN_HAND: {C.PRESENTED, C.LAPSED},
        C.PRESENTED: {C.CLEARED, C.BOUNCED},
        # Presented again: the bank line that was taken for its money was not it.
        C.CLEARED: {C.BOUNCED, C.PRESENTED},
        C.BOUNCED: {C.IN_HAND},
        C.LAPSED: set(),
    }
)
WRITE_OFF_MOVES = MoveTable(
    {
        W.ASKED: {W.DONE, W.REFUSED, W.VOID},
        W.DONE: set(),
        W.REFUSED: set(),
        W.VOID: set(),
    }
)
PAPER_MOVES = MoveTable(
    {
        P.PLANNED: {P.TAKEN, P.CALLED_OFF},
        P.TAKEN: {P.DELIVERED, P.RETURNED},
        P.DELIVERED: set(),
        P.RETURNED: set(),
        P.CALLED_OFF: set(),
    }
)
