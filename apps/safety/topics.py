"""What this app has to tell people; the notifications floor gathers it."""

from django.utils.translation import gettext_lazy as _

from apps.core.notice_types import Variable, staff_topic

TABLE = Variable("table", _("table"), "events_event", "events_event")
PERSON = Variable("person", _("person"), "钱敏", "Qian Min")
WHAT = Variable("what", _("what"), "夜间查看账号", "Number shown in clear at night")

TOPICS = (
    staff_topic("staff.record_tampered", _("Tampering with the record found (staff)"), TABLE, WHAT),
    staff_topic("staff.security_alert", _("Unusual access to account data (staff)"), PERSON, WHAT),
)
