"""What this app has to tell people; the notifications floor gathers it."""

from django.utils.translation import gettext_lazy as _

from apps.core.notice_types import staff_topic

TOPICS = (
    staff_topic("staff.claim_large", _("Large claim (staff)")),
    staff_topic("staff.claim_decision", _("A claim needs a decision (staff)")),
)
