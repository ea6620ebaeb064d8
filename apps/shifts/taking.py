"""What *I will handle it* in a message does to a gap in the roster, and to a watch that is handed over."""

from datetime import datetime

from apps.accounts.models import User
from apps.core.notice_types import Take
from apps.shifts.models import Gap, Handover
from apps.shifts.services import take_gap, take_handover

# They ask the giver to hand over, or say that one item came back.
_NOT_TO_TAKE = frozenset({"staff.handover_opened", "staff.handover_returned"})


def _take(pk: int, by: User, at: datetime) -> None:
    take_gap(gap_id=pk, by=by, at=at)


def _take_watch(pk: int, by: User, at: datetime) -> None:
    take_handover(handover_id=pk, by=by, at=at)


TAKEN = {
    Gap._meta.label_lower: Take("shifts.take_gap", _take),
    Handover._meta.label_lower: Take("shifts.work_handover", _take_watch, _NOT_TO_TAKE),
}
