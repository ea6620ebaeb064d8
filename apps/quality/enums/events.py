"""What a timeline calls the events of exceptions; the events floor gathers these."""

from django.utils.translation import gettext_lazy as _

from apps.quality.enums.exceptions import ExceptionKind, ExceptionState, FoundBy
from apps.quality.enums.late import ContactChannel
from apps.tracking.enums import LateOutcome

EVENT_KINDS = {
    "exception.exported": _("List of exceptions exported"),
    "exception.opened": _("Exception reported"),
    "exception.worsened": _("Exception grew worse"),
    "exception.assigned": _("Exception given to somebody to follow"),
    "exception.case_linked": _("Case linked to the exception"),
    "exception.late_linked": _("Late shipment linked to the exception"),
    "exception.changed": _("Exception report changed"),
    "exception.fact_changed": _("Facts of the exception changed afterwards"),
    "exception.seriousness_changed": _("Seriousness changed"),
    "exception.put_right": _("Put right on the spot"),
    "exception.investigated": _("Investigation begun"),
    "exception.evidence_added": _("Evidence added"),
    "exception.evidence_opened": _("Evidence opened"),
    "exception.decided": _("Decided"),
    "exception.acting": _("Corrective actions under way"),
    "exception.checked": _("Checked: it worked"),
    "exception.closed": _("Exception closed"),
    "exception.reopened": _("Exception reopened"),
    "exception.revealed": _("Personal data looked at"),
    "exception.reviewed": _("Reviewed in a meeting"),
    "exception.taken": _("Taken in hand"),
    "exception.cause_stated": _("Cause stated"),
    "exception.party_told": _("Party told"),
    "exception.party_not_reached": _("Party not reached"),
    "exception.sent_again": _("Sent again under another waybill"),
    "exception.late_closed": _("Late shipment closed"),
    "analysis.written": _("Quarterly analysis written"),
    "action.added": _("Corrective action set"),
    "action.done": _("Corrective action done"),
    "action.checked": _("Corrective action checked"),
    "action.dropped": _("Corrective action dropped"),
    "chase.added": _("Chase set"),
    "chase.answered": _("Chase answered"),
    "meeting.planned": _("Review meeting planned"),
    "meeting.held": _("Review meeting held"),
    "meeting.dropped": _("Review meeting dropped"),
}

# The words of the codes that events hold.
EVENT_VALUES = {
    "exception.opened/kind": ExceptionKind,
    "exception.opened/found_by": FoundBy,
    "exception.worsened/from": ExceptionKind,
    "exception.worsened/to": ExceptionKind,
    "exception.reopened/from": ExceptionState,
    "exception.party_told/channel": ContactChannel,
    "exception.party_not_reached/channel": ContactChannel,
    "exception.late_closed/outcome": LateOutcome,
}
# What the details of events are called: everywhere, or ("kind/detail") in events of one kind.
EVENT_DETAILS = {
    "analysis": _("Quarterly analysis"),
    "cause_code": _("Cause"),
    "due": _("Due"),
    "exception": _("Exception report"),
    "exceptions": _("Exceptions"),
    "late_report": _("Reported late"),
    "meeting": _("review meeting"),
    "result": _("What was done"),
    "serious": _("Serious"),
    "whom": _("Whom"),
    "worked": _("Worked"),
    "analysis.written/name": _("quarter"),
    "meeting.held/count": _("Exceptions"),
    "exception.sent_again/as": _("New waybill"),
}
# Numbers of rows, which say nothing to a person.
EVENT_ROWS = ("revision",)
