"""Choices of the back office, and the words of its events."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class ApprovalState(ColourChoices):
    OPEN = "open", _("Waiting for approval"), "blue"
    APPROVED = "approved", _("Approved"), "green"
    REFUSED = "refused", _("Refused"), "red"
    VOID = "void", _("Void: changed since"), "amber"
    WITHDRAWN = "withdrawn", _("Withdrawn"), "grey"


class Decision(ColourChoices):
    APPROVED = "approved", _("Approved"), "green"
    REFUSED = "refused", _("Refused"), "red"


EVENT_KINDS = {
    "approval.asked": _("Approval asked for"),
    "approval.given": _("Approved by one person"),
    "approval.completed": _("Approved by everybody"),
    "approval.refused": _("Approval refused"),
    "approval.voided": _("Approvals void: the content was changed"),
    "approval.withdrawn": _("Approval withdrawn"),
    "saved_filter.saved": _("Filter saved"),
    "saved_filter.removed": _("Filter removed"),
}
EVENT_DETAILS = {
    "sha256": _("Fingerprint of what is approved"),
    "subject": _("About"),
    "approval.given/as": _("Approved as"),
    "approval.refused/as": _("Refused as"),
}
