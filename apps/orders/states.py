"""The moves of a work order.

Being printed is a record, not a state. A hold exists only before confirmation: once waybills are
issued, what holds a shipment is a tracking event.
"""

from apps.core.states import MoveTable
from apps.orders.enums import OrderStatus as S

ORDER_MOVES: MoveTable[S] = MoveTable(
    {
        S.DRAFT: {S.AWAITING_READ_BACK, S.READY, S.HELD, S.CANCELLED},
        S.AWAITING_READ_BACK: {S.DRAFT, S.READY, S.HELD, S.CANCELLED},
        S.READY: {S.DRAFT, S.AWAITING_READ_BACK, S.CONFIRMED, S.HELD, S.CANCELLED},
        S.HELD: {S.DRAFT, S.AWAITING_READ_BACK, S.READY, S.CANCELLED},
        S.CONFIRMED: {S.IN_PROGRESS, S.COMPLETED, S.CANCELLED},
        S.IN_PROGRESS: {S.COMPLETED},
        S.COMPLETED: set(),
        S.CANCELLED: set(),
    }
)

# Content may change and the 24-hour clock runs (ORD-5).
UNCONFIRMED = frozenset({S.DRAFT, S.AWAITING_READ_BACK, S.READY, S.HELD})
# The states in which waybills exist.
ISSUED = frozenset({S.CONFIRMED, S.IN_PROGRESS, S.COMPLETED})
