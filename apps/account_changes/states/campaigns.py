"""How far a customer's notice may come (COD-3): a late receipt still counts, a step back never does."""

from apps.account_changes.enums.campaigns import RecipientState as R
from apps.core.states import MoveTable

RECIPIENT_MOVES = MoveTable(
    {
        R.TOLD: {R.DELIVERED, R.READ, R.ACKNOWLEDGED, R.TO_CALL},
        R.TO_CALL: {R.DELIVERED, R.READ, R.ACKNOWLEDGED, R.PHONED, R.UNREACHABLE},
        R.UNREACHABLE: {R.DELIVERED, R.READ, R.ACKNOWLEDGED, R.PHONED},
        R.DELIVERED: {R.READ, R.ACKNOWLEDGED},
        R.READ: {R.ACKNOWLEDGED},
        R.PHONED: {R.ACKNOWLEDGED},
        R.ACKNOWLEDGED: set(),
    }
)
