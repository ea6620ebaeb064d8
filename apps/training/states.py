"""How an attempt at an exam goes on; out of time it is closed by the server."""

from apps.core.states import MoveTable
from apps.training.enums import AttemptState as A

ATTEMPT_MOVES = MoveTable[A](
    {
        A.RUNNING: {A.SUBMITTED, A.TIMED_OUT},
        A.SUBMITTED: {A.MARKED},
        A.TIMED_OUT: {A.MARKED},
        A.MARKED: set(),
    }
)
