"""Choices of the back office, each with the label and colour people see, and the words of its events."""

from django.db.models import TextChoices
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


class JobState(ColourChoices):
    QUEUED = "queued", _("In the queue"), "grey"
    RUNNING = "running", _("At work"), "blue"
    DONE = "done", _("Finished"), "green"
    FAILED = "failed", _("Failed"), "red"
    CANCELLED = "cancelled", _("Called off"), "amber"


class ImportState(ColourChoices):
    PREVIEW = "preview", _("To be looked at"), "amber"
    TAKING = "taking", _("Being taken in"), "blue"
    TAKEN = "taken", _("Taken in"), "green"
    STOPPED = "stopped", _("Stopped on the way"), "red"
    DROPPED = "dropped", _("Not taken"), "grey"


class RowOutcome(ColourChoices):
    """What became of one row of a file."""

    TAKEN = "taken", _("Taken in"), "green"
    KNOWN = "known", _("Already known"), "grey"
    REFUSED = "refused", _("Refused"), "red"


class FileKind(TextChoices):
    """Files that are stored for a time that the company chooses."""

    JOB_RESULT = "job_result", _("Files that jobs have made")
    IMPORT_ORIGINAL = "import_original", _("Files that were imported, as they came")
    FORM_FILE = "form_file", _("Files of a form that could not be sent yet")


class RetentionUnit(TextChoices):
    """The values are what ``timedelta`` calls them."""

    DAYS = "days", _("day(s)")
    HOURS = "hours", _("hour(s)")


EVENT_KINDS = {
    "approval.asked": _("Approval asked for"),
    "approval.given": _("Approved by one person"),
    "approval.completed": _("Approved by everybody"),
    "approval.refused": _("Approval refused"),
    "approval.voided": _("Approvals void: the content was changed"),
    "approval.withdrawn": _("Approval withdrawn"),
    "saved_filter.saved": _("Filter saved"),
    "saved_filter.removed": _("Filter removed"),
    "job.asked": _("Job asked for"),
    "job.asked_again": _("Job begun again"),
    "job.done": _("Job finished"),
    "job.failed": _("Job failed"),
    "job.cancelled": _("Job called off"),
    "job.downloaded": _("Result downloaded"),
    "import.uploaded": _("File uploaded"),
    "import.confirmed": _("File to be taken in"),
    "import.taken": _("File taken in"),
    "import.stopped": _("Import stopped on the way"),
    "import.dropped": _("File not taken"),
    "import.opened": _("Imported file opened"),
    "list.exported": _("List exported"),
    "fileretention.changed": _("Time of keeping files changed"),
}
EVENT_VALUES = {"fileretention.changed/what": FileKind, "fileretention.changed/unit": RetentionUnit}
# What the details of events are called: everywhere, or ("kind/detail") in events of one kind.
EVENT_DETAILS = {
    "sha256": _("Fingerprint of what is approved"),
    "subject": _("About"),
    "approval.given/as": _("Approved as"),
    "approval.refused/as": _("Refused as"),
    "taken": _("Taken in"),
    "known": _("Already known"),
    "refused": _("Refused"),
    "done": _("Done"),
    "list": _("List"),
    "fileretention.changed/number": _("for how many"),
    "fileretention.changed/unit": _("days or hours"),
    "fileretention.changed/what": _("Files"),
    "rows": _("Rows"),
}
