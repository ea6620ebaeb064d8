"""Which state may follow which."""

from apps.core.states import MoveTable
from apps.hotline.enums import CallBackState as C
from apps.hotline.enums import FileState as F

# A file whose lines were refused can be taken again, once what they lacked is there (an extension, say): what is
# in already does not change.
FILE_MOVES: MoveTable[F] = MoveTable(
    {
        F.PREVIEW: {F.TAKING, F.DROPPED},
        F.DROPPED: {F.PREVIEW},
        F.TAKING: {F.TAKEN, F.STOPPED},
        F.STOPPED: {F.TAKING},
        F.TAKEN: {F.TAKING},
    }
)
CALL_BACK_MOVES: MoveTable[C] = MoveTable(
    {
        C.OPEN: {C.DONE, C.UNREACHABLE, C.NEEDLESS},
        C.DONE: set(),
        C.UNREACHABLE: set(),
        C.NEEDLESS: set(),
    }
)
