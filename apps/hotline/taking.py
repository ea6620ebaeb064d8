"""What *I will handle it* in a message does to a caller who waited in vain: whoever presses it will call them back."""

from datetime import datetime

from apps.accounts.models import User
from apps.core.notice_types import Take
from apps.hotline.models import CallBack
from apps.hotline.services import take_call_back


def _take(pk: int, by: User, at: datetime) -> None:
    take_call_back(call_back_id=pk, by=by, at=at)


TAKEN = {CallBack._meta.label_lower: Take("hotline.make_callback", _take)}
