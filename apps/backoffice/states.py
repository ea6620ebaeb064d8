"""Which state may follow which."""

from apps.backoffice.enums import ApprovalState as A
from apps.backoffice.enums import ImportState as I
from apps.backoffice.enums import JobState as J
from apps.core.states import MoveTable

# A job goes back to waiting when it makes room for others, or is begun again after an error.
JOB_MOVES: MoveTable[J] = MoveTable(
    {
        J.QUEUED: {J.RUNNING, J.CANCELLED},
        J.RUNNING: {J.DONE, J.FAILED, J.CANCELLED, J.QUEUED},
        J.FAILED: {J.QUEUED},
        J.DONE: set(),
        J.CANCELLED: set(),
    }
)

IMPORT_MOVES: MoveTable[I] = MoveTable(
    {
        I.PREVIEW: {I.TAKING, I.DROPPED},
        I.TAKING: {I.TAKEN, I.STOPPED},
        I.STOPPED: {I.TAKING},
        I.TAKEN: set(),
        I.DROPPED: set(),
    }
)
# A file in one of these is taken: the same file again is refused with these words.
CLAIMING = (I.TAKING, I.TAKEN)

# What was approved is void as soon as it is changed; what ended otherwise is asked for anew.
APPROVAL_MOVES = MoveTable(
    {
        A.OPEN: {
            A.APPROVED,
            A.REFUSED,
            A.VOID,
            A.WITHDRAWN,
        },
        A.APPROVED: {A.VOID},
        A.REFUSED: set(),
        A.VOID: set(),
        A.WITHDRAWN: set(),
    }
)
