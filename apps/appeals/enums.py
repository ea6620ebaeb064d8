"""What the postal authority decides about an appeal, and what a timeline calls the events of one."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class AppealDecision(ColourChoices):
    """What the postal authority decides about an appeal 申诉."""

    ESTABLISHED = "established", _("Responsibility established"), "red"
    NOT_ESTABLISHED = "not_established", _("Responsibility not established"), "green"
    MEDIATED = "mediated", _("Mediated"), "blue"


# Events of the case, since its timeline is where people look.
EVENT_KINDS = {
    "case.appeal_answered": _("Postal authority answered"),
    "case.appeal_corrected": _("Number of the appeal corrected"),
    "case.appeal_decided": _("Postal authority has decided"),
}
EVENT_VALUES = {
    "case.appeal_decided/from": AppealDecision,
    "case.appeal_decided/decision": AppealDecision,
}
EVENT_DETAILS = {
    "appeal": _("Number of the appeal"),
    "decision": _("Decision"),
    "case.appeal_corrected/from": _("before"),
    "case.appeal_decided/from": _("before"),
}
