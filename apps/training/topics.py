"""What this app has to tell people; the notifications floor gathers it."""

from django.utils.translation import gettext_lazy as _

from apps.core.notice_types import Variable, staff_topic

EXAM = Variable("exam", _("exam"), "客服上岗考试", "First-line exam")
POINTS = Variable("points", _("points"), "16/20", "16/20")

TOPICS = (
    staff_topic("staff.exam_passed", _("An exam is marked and passed (staff)"), EXAM, POINTS),
    staff_topic("staff.exam_not_passed", _("An exam is marked and not passed (staff)"), EXAM, POINTS),
)  # fmt: skip
