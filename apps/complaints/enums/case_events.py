"""What a timeline calls the events of cases; the events floor gathers these."""

from django.utils.translation import gettext_lazy as _

from apps.complaints.enums.cases import (
    AssignedHow,
    CaseChannel,
    CaseClass,
    CaseState,
    LinkKind,
    Outcome,
    Severity,
)

CASE_EVENT_KINDS = {
    "case.opened": _("Case opened"),
    "case.assigned": _("Case assigned"),
    "case.reported": _("Reported to the leaders"),
    "case.message_in": _("Customer wrote"),
    "case.message_out": _("Written to the customer"),
    "case.call_in": _("Customer called"),
    "case.call_out": _("Customer called up"),
    "case.noted": _("Note added"),
    "case.file_added": _("File added"),
    "case.file_opened": _("File opened"),
    "case.planned": _("Plan told to the customer"),
    "case.changed": _("Case changed"),
    "case.severity_changed": _("Severity changed"),
    "case.waiting": _("Waiting for the customer"),
    "case.resumed": _("No longer waiting"),
    "case.solved": _("Solution found"),
    "case.result_confirmed": _("Result confirmed with the customer"),
    "case.held": _("Kept open by"),
    "case.hold_lifted": _("No longer kept open by"),
    "case.closed_after_hold": _("Nothing kept it open any more"),
    "case.closed": _("Case closed"),
    "case.reopened": _("Case reopened"),
    "case.escalated": _("Escalated: the customer is still dissatisfied"),
    "case.satisfaction_asked": _("Asked how satisfied they are"),
    "case.satisfaction_answered": _("Customer rated the answer"),
    "case.praised": _("Praised colleague named"),
    "case.merged": _("Merged into another case"),
    "case.absorbed": _("Another case merged into this one"),
    "case.split": _("Part split off into a new case"),
    "case.linked": _("Linked with another case"),
    "case.unlinked": _("Link removed"),
    "case.cancelled": _("Case cancelled"),
    "case.withdrawn": _("Withdrawn by the customer"),
    "case.revealed": _("Personal data looked at"),
    "case.exported": _("List of cases exported"),
    "assignment_rule.changed": _("Assignment rule changed"),
    "cause.changed": _("Cause changed"),
    "major_rule.changed": _("Rule for major cases changed"),
}

# The words of the codes that events hold.
CASE_EVENT_VALUES = {
    "case.opened/class": CaseClass,
    "case.opened/severity": Severity,
    "case.opened/channel": CaseChannel,
    "case.message_in/channel": CaseChannel,
    "case.message_out/channel": CaseChannel,
    "case.reported/channel": CaseChannel,
    "case.satisfaction_asked/channel": CaseChannel,
    "case.assigned/how": AssignedHow,
    "case.severity_changed/from": Severity,
    "case.severity_changed/to": Severity,
    "case.reopened/from": CaseState,
    "case.closed/outcome": Outcome,
    "case.solved/outcome": Outcome,
    "case.linked/kind": LinkKind,
}
# What the details of events are called: everywhere, or ("kind/detail") in events of one kind.
CASE_EVENT_DETAILS = {
    "direct": _("Direct complaint"),
    "into": _("Into"),
    "score": _("Satisfaction, 1–5"),
    "severity": _("Severity"),
    "told": _("Told to the customer"),
    "with": _("With"),
    "case.absorbed/from": _("from"),
    "case.opened/class": _("Class"),
    "case.praised/name": _("Colleague"),
}
# Numbers of rows, which say nothing to a person.
CASE_EVENT_ROWS = ("ask", "colleague", "desk", "entry", "revision")
