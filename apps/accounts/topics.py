"""What this app notifies people of; the notifications app gathers it."""

from django.utils.translation import gettext_lazy as _

from apps.core.notice_types import Variable, staff_topic

WHO = Variable("who", _("person"), "李梅", "Li Mei")

TOPICS = (
    staff_topic("staff.directory_waiting", _("Somebody of the directory waits (staff)"), WHO),
)
