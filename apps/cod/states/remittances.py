"""How a remittance goes from its preparation to the merchant."""

from apps.cod.enums import AdvancePolicyState as A
from apps.cod.enums import RemittanceState as R
from apps.core.states import MoveTable

# Before its release it can be held, go on and be withdrawn; after it only the payout moves it. What was paid
# may come back days later.
REMITTANCE_MOVES = MoveTable(
    {
        R.HELD: {R.PREPARED, R.WITHDRAWN},
        R.PREPARED: {R.HELD, R.RELEASED, R.WITHDRAWN},
        R.RELEASED: {R.UNCLEAR, R.PAID, R.RETURNED},
        R.UNCLEAR: {R.PAID, R.RETURNED},
        R.PAID: {R.RETURNED},
        R.RETURNED: set(),
        R.WITHDRAWN: set(),
    }
)
# Who is paid ahead of the bank: asked for, approved by two people, ended by one.
ADVANCE_POLICY_MOVES = MoveTable(
    {
        A.ASKED: {A.ACTIVE, A.REFUSED},
        A.ACTIVE: {A.ENDED},
        A.REFUSED: set(),
        A.ENDED: set(),
    }
)
