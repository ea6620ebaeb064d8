"""What this app notifies people of; the notifications app gathers it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.notice_types import DUE, LINK, NUMBER, WHEN, Topic, Variable, staff_topic

METRIC = Variable("metric", _("clock"), "方案与答复", "Plan and reply")
STEP = Variable("step", _("step"), "上报部门经理", "To the department manager")


def _clock(key: str, label: Promise) -> Topic:
    return Topic(f"staff.clock_{key}", label, (NUMBER, METRIC, STEP, DUE, WHEN, LINK), public=False)


TOPICS = (
    _clock("warned", _("A clock runs out soon (staff)")),
    _clock("overdue", _("A clock has run out (staff)")),
    _clock("escalated", _("A clock that ran out is passed up (staff)")),
    staff_topic("staff.calendar_missing", _("Public holidays of a year missing (staff)")),
)
