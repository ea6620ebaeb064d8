"""What *I will handle it* in a message does to a gap in the roster."""

from datetime import datetime

from apps.accounts.models import User
from apps.core.notice_types import Take
from apps.shifts.models import Gap
from apps.shifts.services import take_gap


def _take(pk: int, by: User, at: datetime) -> None:
    take_gap(gap_id=pk, by=by, at=at)


TAKEN = {Gap._meta.label_lower: Take("shifts.take_gap", _take)}
