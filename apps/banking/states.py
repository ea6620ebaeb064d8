"""How a bank file moves, which a person judges when it is held; how accounts and payouts do."""

from apps.banking.enums import AccountState, FileState, PayeeState, PayoutState
from apps.core.states import MoveTable

FILE_MOVES = MoveTable({FileState.HELD: {FileState.TAKEN, FileState.DROPPED}})
ACCOUNT_MOVES = MoveTable({AccountState.OPEN: {AccountState.CLOSED}})
# The way to an active account cannot be shortened; what is over stays over.
PAYEE_MOVES = MoveTable(
    {
        PayeeState.REQUESTED: {PayeeState.CALLED_BACK, PayeeState.STOPPED, PayeeState.LAPSED},
        PayeeState.CALLED_BACK: {PayeeState.COOLING, PayeeState.STOPPED, PayeeState.LAPSED},
        PayeeState.COOLING: {PayeeState.ACTIVE, PayeeState.STOPPED},
        PayeeState.ACTIVE: {PayeeState.STOPPED, PayeeState.ENDED},
    }
)
# An outcome nobody knows is cleared up by a person or a bank line, never by paying again. What was
# paid may come back days later.
PAYOUT_MOVES = MoveTable(
    {
        PayoutState.DRAFT: {PayoutState.APPROVING, PayoutState.RELEASED, PayoutState.CANCELLED},
        PayoutState.APPROVING: {PayoutState.DRAFT, PayoutState.RELEASED, PayoutState.CANCELLED},
        PayoutState.RELEASED: {PayoutState.SENT, PayoutState.CANCELLED},
        PayoutState.SENT: {PayoutState.PAID, PayoutState.RETURNED, PayoutState.UNCLEAR},
        PayoutState.UNCLEAR: {PayoutState.PAID, PayoutState.RETURNED},
        PayoutState.PAID: {PayoutState.RETURNED},
    }
)
