"""Choices of the hotline floor, and what its events are called."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices
from apps.sla.kinds import Timed


class Profile(ColourChoices):
    """Whose call records a phone system writes (``reading`` says where each is documented)."""

    QUEUE_LOG = "asterisk_queue_log", "Asterisk queue_log", "blue"
    FREEPBX = "freepbx_cdr", "FreePBX CDR", "blue"
    THREE_CX = "3cx_cdr", "3CX CDR", "blue"
    AVAYA = "avaya_smdr", "Avaya IP Office SMDR", "blue"
    HUAWEI = "huawei_cec", _("Huawei CEC"), "blue"
    YEASTAR = "yeastar", "Yeastar", "blue"
    SHEET = "sheet", _("Any other sheet"), "grey"


class Direction(ColourChoices):
    IN = "in", _("Incoming"), "blue"
    OUT = "out", _("Outgoing"), "teal"
    INTERNAL = "internal", _("Internal"), "grey"


class CallOutcome(ColourChoices):
    """What became of a call. The one that stands further down wins when lines differ: a call that a person
    answered stays answered, whatever happened before and after. A short abandonment is no outcome of its own:
    how many seconds are short is the policy of the day."""

    OPEN = "open", _("not ended"), "grey"
    MENU = "menu", _("served by the menu"), "teal"
    TIMEOUT = "timeout", _("waited in vain"), "red"
    ABANDONED = "abandoned", _("hung up while waiting"), "red"
    VOICEMAIL = "voicemail", _("left a message"), "amber"
    ANSWERED = "answered", _("answered by a person"), "green"


RANKS = list(CallOutcome.values)
# Nobody spoke with the caller, who wanted to speak with somebody.
MISSED = (CallOutcome.TIMEOUT, CallOutcome.ABANDONED, CallOutcome.VOICEMAIL)


class FileState(ColourChoices):
    PREVIEW = "preview", _("being looked at"), "amber"
    TAKING = "taking", _("being taken in"), "blue"
    TAKEN = "taken", _("calls taken in"), "green"
    STOPPED = "stopped", _("stopped"), "red"
    DROPPED = "dropped", _("left out"), "grey"


class CallBackState(ColourChoices):
    OPEN = "open", _("to call back"), "amber"
    DONE = "done", _("spoken with"), "green"
    UNREACHABLE = "unreachable", _("unreachable"), "red"
    NEEDLESS = "needless", _("needless"), "grey"


class HotlineMatter(ColourChoices):
    CALL_BACK = "call_back", _("Call-back"), "amber"


MATTER_KINDS = {HotlineMatter.CALL_BACK: Timed(seen_with="hotline.view_callback")}

EVENT_KINDS = {
    "answerpolicy.added": _("Answer rate policy added"),
    "call.abandoned": _("Call not answered"),
    "call.linked": _("Call assigned"),
    "call.noted": _("Call noted by hand"),
    "call.revealed": _("Personal data looked at"),
    "callback.done": _("Called back"),
    "callback.joined": _("Called in vain again"),
    "callback.needless": _("Call-back needless"),
    "callback.opened": _("Call-back to be made"),
    "callback.revealed": _("Personal data looked at"),
    "callback.taken": _("Call-back taken on"),
    "callback.unreachable": _("Could not be reached"),
    "callfile.dropped": _("Call file left out"),
    "callfile.opened": _("Original file opened"),
    "callfile.stopped": _("Taking in stopped"),
    "callfile.taken": _("Call file taken in"),
    "callfile.taking": _("Call file confirmed"),
    "callfile.uploaded": _("Call file uploaded"),
    "extension.added": _("Extension assigned"),
    "extension.ended": _("Extension given back"),
    "phonesystem.added": _("Phone system added"),
    "phonesystem.changed": _("Phone system changed"),
}
EVENT_DETAILS = {
    **{f"callfile.{what}/lines": _("lines") for what in ("uploaded", "taking", "taken", "stopped")},
    "answered_by": _("spoken with"),
    "calls": _("number of calls"),
    "extension": _("extension"),
    "goal": _("goal"),
}
EVENT_ROWS = ("people", "call")
