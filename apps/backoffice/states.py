"""How an approval request moves."""

from apps.backoffice.enums import ApprovalState
from apps.core.states import MoveTable

# What was approved is void as soon as it is changed; what ended otherwise is asked for anew.
APPROVAL_MOVES = MoveTable(
    {
        ApprovalState.OPEN: {
            ApprovalState.APPROVED,
            ApprovalState.REFUSED,
            ApprovalState.VOID,
            ApprovalState.WITHDRAWN,
        },
        ApprovalState.APPROVED: {ApprovalState.VOID},
        ApprovalState.REFUSED: set(),
        ApprovalState.VOID: set(),
        ApprovalState.WITHDRAWN: set(),
    }
)
