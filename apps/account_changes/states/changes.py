"""How an account change moves (COD-2, COD-4)."""

from apps.account_changes.enums.changes import ProjectState as P
from apps.core.states import MoveTable

PROJECT_MOVES = MoveTable(
    {
        P.PREPARING: {P.APPROVING, P.CALLED_OFF},
        # Refused, or changed: the approvals are void and it is prepared again.
        P.APPROVING: {P.PREPARING, P.APPROVED, P.CALLED_OFF},
        P.APPROVED: {P.PREPARING, P.SCHEDULED, P.CALLED_OFF},
        P.SCHEDULED: {P.PREPARING, P.TRANSITION, P.CALLED_OFF},
        P.TRANSITION: {P.CLOSED, P.ROLLED_BACK},
        # The bank has closed the old account: there is nothing to go back to.
        P.CLOSED: {P.REPORTED},
        P.REPORTED: set(),
        P.ROLLED_BACK: set(),
        P.CALLED_OFF: set(),
    }
)
