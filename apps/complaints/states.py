"""Which state may follow which, and what each state means to the clocks."""

from apps.complaints.enums import CaseState as C
from apps.complaints.enums import ChatState as H
from apps.complaints.enums import ExceptionState as X
from apps.complaints.enums import MeetingState as M
from apps.complaints.enums import Timing
from apps.core.states import MoveTable

CASE_MOVES = MoveTable(
    {
        C.NEW: {C.OPEN, C.MERGED, C.CANCELLED},
        C.OPEN: {C.WAITING, C.SOLVED, C.MERGED, C.CANCELLED},
        C.WAITING: {C.OPEN, C.SOLVED, C.MERGED, C.CANCELLED},
        # The customer does not confirm it, or confirms it.
        C.SOLVED: {C.OPEN, C.CLOSED},
        C.CLOSED: {C.OPEN},
        C.MERGED: set(),
        C.CANCELLED: set(),
    }
)

TIMING: dict[C, Timing] = {
    C.NEW: Timing.RUNS,
    C.OPEN: Timing.RUNS,
    C.WAITING: Timing.PAUSED,
    # The customer has not heard the result yet, or not agreed to it.
    C.SOLVED: Timing.RUNS,
    C.CLOSED: Timing.CLOSED,
    C.MERGED: Timing.CLOSED,
    C.CANCELLED: Timing.CLOSED,
}

# Somebody still has to do something.
LIVE = frozenset({C.NEW, C.OPEN, C.WAITING, C.SOLVED})
# It counts as work in hand of whoever owns it.
IN_HAND = frozenset({C.NEW, C.OPEN})
ENDED = frozenset({C.CLOSED, C.MERGED, C.CANCELLED})

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

CHAT_MOVES = MoveTable(
    {
        # Left before anyone answered, it is filed or dismissed without having been a talk.
        H.QUEUED: {H.OFFERED, H.TALKING, H.FILED, H.DISMISSED},
        H.OFFERED: {H.TALKING, H.QUEUED, H.FILED, H.DISMISSED},
        # The agent was cut off; handed to a colleague; over.
        H.TALKING: {H.QUEUED, H.OFFERED, H.OVER, H.FILED, H.DISMISSED},
        H.OVER: {H.FILED, H.DISMISSED},
        H.FILED: set(),
        H.DISMISSED: set(),
    }
)
# Both sides may still write.
CHAT_LIVE = frozenset({H.QUEUED, H.OFFERED, H.TALKING})
# It takes an agent's attention.
CHAT_IN_HAND = frozenset({H.OFFERED, H.TALKING})
CHAT_WITH_AGENT = frozenset({H.OFFERED, H.TALKING, H.OVER})
CHAT_OVER = frozenset({H.OVER, H.FILED, H.DISMISSED})
