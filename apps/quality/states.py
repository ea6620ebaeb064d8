"""Which state of an exception or a meeting may follow which."""

from apps.core.states import MoveTable
from apps.quality.enums import ExceptionState as X
from apps.quality.enums import MeetingState as M

EXCEPTION_MOVES = MoveTable(
    {
        # What was put right on the spot ends as one line of the daily report.
        X.OPEN: {X.INVESTIGATING, X.CLOSED},
        X.INVESTIGATING: {X.DECIDED},
        X.DECIDED: {X.INVESTIGATING, X.ACTING, X.CHECKED},
        X.ACTING: {X.INVESTIGATING, X.CHECKED},
        # It did not work after all, or it is over.
        X.CHECKED: {X.ACTING, X.CLOSED},
        X.CLOSED: {X.INVESTIGATING},
    }
)

MEETING_MOVES = MoveTable({M.PLANNED: {M.HELD, M.DROPPED}, M.HELD: set(), M.DROPPED: set()})
