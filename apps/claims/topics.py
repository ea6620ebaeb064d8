"""What this app has to tell people; the notifications floor gathers it."""

from django.utils.translation import gettext_lazy as _

from apps.core.notice_types import HOUSE, NUMBER, WHEN, Topic, Variable, staff_topic

AMOUNT = Variable("amount", _("amount"), "¥12,480.00", "¥12,480.00")
CLAIM = Variable("claim", _("claim number"), "CL20261125-48391527", "CL20261125-48391527")
_APPROVED = (CLAIM, AMOUNT, NUMBER, WHEN, *HOUSE)

TOPICS = (
    Topic("claim.approved", _("Compensation approved: agree or not"), _APPROVED),
    # Whoever has no page of a case that they may answer on.
    Topic("claim.approved_call", _("Compensation approved: answer by phone"), _APPROVED),
    staff_topic("staff.claim_large", _("Large claim (staff)")),
    staff_topic("staff.claim_decision", _("A claim needs a decision (staff)")),
)
