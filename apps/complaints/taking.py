"""What *I will handle it* in a message does to a case: whoever presses it is responsible from then on."""

from datetime import datetime

from apps.accounts.models import User
from apps.complaints.models import Case
from apps.complaints.services import take_case
from apps.core.notice_types import Take


def _take(pk: int, by: User, at: datetime) -> None:
    take_case(case_id=pk, by=by, at=at)


TAKEN = {Case._meta.label_lower: Take("complaints.handle_case", _take)}
