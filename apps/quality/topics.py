"""What this app has to tell people; the notifications floor gathers it."""

from django.utils.translation import gettext_lazy as _

from apps.core.notice_types import Variable, staff_topic

SUBJECT = Variable("subject", _("subject"), "包装破损", "Damaged parcel")

TOPICS = (
    staff_topic("staff.exception_opened", _("Serious exception reported (staff)"), SUBJECT),
    staff_topic("staff.exception_assigned", _("Exception given to a follower (staff)"), SUBJECT),
)
