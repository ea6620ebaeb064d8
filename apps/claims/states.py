"""How claims, their payments and recoveries go on (CMP-6)."""

from apps.claims.enums import ClaimState as C
from apps.claims.enums import PaymentState as P
from apps.claims.enums import RecoveryState as R
from apps.core.states import MoveTable

CLAIM_MOVES = MoveTable[C](
    {
        C.DRAFT: {C.FILED, C.WITHDRAWN},
        C.FILED: {C.ASSESSED, C.REFUSED, C.WITHDRAWN},
        # Back to filed: new papers, a return, a dispute. What was approved is void and stays on record.
        C.ASSESSED: {C.FILED, C.APPROVED, C.REFUSED, C.WITHDRAWN},
        C.APPROVED: {C.FILED, C.AGREED, C.WITHDRAWN},
        C.AGREED: {C.PAID, C.WITHDRAWN},
        # What was paid stays paid; only the rest is paid later.
        C.PAID: {C.CLOSED, C.FILED},
        C.CLOSED: set(),
        C.REFUSED: {C.FILED},
        C.WITHDRAWN: set(),
    }
)
LIVE = frozenset({C.DRAFT, C.FILED, C.ASSESSED, C.APPROVED, C.AGREED, C.PAID})
# An amount was approved and stands.
STANDING = frozenset({C.APPROVED, C.AGREED, C.PAID, C.CLOSED})
# There is an amount, and not all of it has gone out: where it goes may be said.
TAKES_ACCOUNT = frozenset({C.APPROVED, C.AGREED})

PAYMENT_MOVES = MoveTable[P](
    {
        P.PLANNED: {P.RELEASED, P.FAILED},
        P.RELEASED: {P.PAID, P.FAILED},
        # The bank gives a transfer back.
        P.PAID: {P.FAILED},
        P.FAILED: set(),
    }
)

RECOVERY_MOVES = MoveTable[R](
    {
        R.ASKED: {R.AGREED, R.DROPPED},
        R.AGREED: {R.RECEIVED, R.DROPPED},
        R.RECEIVED: set(),
        R.DROPPED: set(),
    }
)
