"""The moves of a delivery and of a phone task.

Nothing leads from “ambiguous” back to “sending”: a person or the provider's own word comes first.
"""

from apps.core.states import MoveTable
from apps.notifications.enums import DeliveryState as S
from apps.notifications.enums import TaskState as T

DELIVERY_MOVES: MoveTable[S] = MoveTable(
    {
        S.QUEUED: {S.HELD, S.SENDING, S.FAILED, S.SUPPRESSED, S.HANDED_OVER},
        S.HELD: {S.QUEUED, S.SENDING, S.FAILED, S.SUPPRESSED, S.HANDED_OVER},
        S.SENDING: {
            *(S.QUEUED, S.HELD, S.ACCEPTED, S.DELIVERED, S.READ, S.FAILED),
            *(S.SUPPRESSED, S.AMBIGUOUS, S.HANDED_OVER),
        },
        S.ACCEPTED: {S.DELIVERED, S.READ, S.FAILED, S.SUPPRESSED, S.HANDED_OVER},
        S.DELIVERED: {S.READ},
        S.READ: set(),
        # A receipt may come after we gave up; a person may try again.
        S.FAILED: {S.QUEUED, S.ACCEPTED, S.DELIVERED, S.READ, S.HANDED_OVER},
        S.SUPPRESSED: {S.QUEUED, S.HANDED_OVER},
        S.AMBIGUOUS: {
            *(S.ACCEPTED, S.DELIVERED, S.READ, S.FAILED, S.SUPPRESSED),
            *(S.QUEUED, S.HANDED_OVER),
        },
        S.HANDED_OVER: {S.DELIVERED, S.READ, S.FAILED},
    }
)

WAITING = frozenset({S.QUEUED, S.HELD})
# Nothing more happens by itself, apart from a late receipt.
FINAL = frozenset({S.ACCEPTED, S.DELIVERED, S.READ, S.FAILED, S.SUPPRESSED, S.HANDED_OVER})

TASK_MOVES: MoveTable[T] = MoveTable(
    {
        T.OPEN: {T.TAKEN, T.REACHED, T.UNREACHABLE, T.DROPPED},
        T.TAKEN: {T.OPEN, T.TAKEN, T.REACHED, T.UNREACHABLE, T.DROPPED},
        T.REACHED: set(),
        T.UNREACHABLE: set(),
        T.DROPPED: set(),
    }
)
