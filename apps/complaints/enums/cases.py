"""What a customer brings, and where it stands (CMP-1)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices
from apps.sla.kinds import Timed


class CaseClass(ColourChoices):
    """What a customer brings: a question, trouble, or their opinion."""

    INQUIRY = "inquiry", _("Inquiry"), "blue"
    COMPLAINT = "complaint", _("Complaint"), "amber"
    LOSS = "loss", _("Loss"), "red"
    DAMAGE = "damage", _("Damage"), "red"
    SUGGESTION = "suggestion", _("Suggestion"), "teal"
    PRAISE = "praise", _("Praise"), "green"


# What is counted as a complaint, reported to the leaders and closed with a cause (CMP-2, CMP-4).
TROUBLE = (CaseClass.COMPLAINT, CaseClass.LOSS, CaseClass.DAMAGE)
# What a customer thinks of us: owned and answered, never counted as a complaint.
OPINIONS = (CaseClass.SUGGESTION, CaseClass.PRAISE)


class Severity(ColourChoices):
    ORDINARY = "ordinary", _("Ordinary"), "grey"
    MAJOR = "major", _("Major"), "red"


class CaseChannel(ColourChoices):
    """How it reached us, and how it is answered."""

    PHONE = "phone", _("Phone"), "blue"
    EMAIL = "email", _("E-mail"), "teal"
    CHAT = "chat", _("Online chat"), "green"
    WECHAT = "wechat", _("WeChat"), "green"
    API = "api", _("API"), "grey"
    WEB = "web", _("Web form"), "teal"
    IN_PERSON = "in_person", _("In person"), "purple"
    OWN_CHECK = "own_check", _("Own check"), "grey"
    AUTHORITY = "authority", _("Postal authority (12305)"), "red"


class CaseState(ColourChoices):
    NEW = "new", _("New"), "red"
    OPEN = "open", _("In hand"), "amber"
    WAITING = "waiting", _("Waiting for the customer"), "blue"
    SOLVED = "solved", _("Solved, to be confirmed"), "teal"
    CLOSED = "closed", _("Closed"), "green"
    MERGED = "merged", _("Merged into another"), "grey"
    CANCELLED = "cancelled", _("Cancelled"), "grey"


class Timing(TextChoices):
    """What a state means to the clocks of its case; every state has one."""

    RUNS = "runs", _("clocks run")
    PAUSED = "paused", _("clocks pause where the policy says so")
    CLOSED = "closed", _("clocks are closed")


class Outcome(ColourChoices):
    """How a case ended."""

    RESOLVED = "resolved", _("Put right"), "green"
    EXPLAINED = "explained", _("Explained"), "blue"
    APOLOGISED = "apologised", _("Apologised"), "teal"
    COMPENSATED = "compensated", _("Compensated, or a claim was opened"), "purple"
    UNFOUNDED = "unfounded", _("Not our fault"), "grey"
    WITHDRAWN = "withdrawn", _("Withdrawn by the customer"), "grey"
    UNREACHABLE = "unreachable", _("Customer could not be reached"), "amber"
    ADOPTED = "adopted", _("Suggestion adopted"), "green"
    PASSED_ON = "passed_on", _("Praise passed on"), "green"


class EntryKind(ColourChoices):
    """One entry of a case's conversation."""

    MESSAGE_IN = "message_in", _("Message from the customer"), "blue"
    MESSAGE_OUT = "message_out", _("Message to the customer"), "teal"
    CALL_IN = "call_in", _("Call from the customer"), "blue"
    CALL_OUT = "call_out", _("Call to the customer"), "teal"
    NOTE = "note", _("Internal note"), "grey"
    REPORT = "report", _("Report to the leaders"), "purple"
    PROMISE = "promise", _("Promise"), "amber"
    PLAN = "plan", _("Plan told to the customer"), "teal"
    SOLUTION = "solution", _("Solution"), "green"
    FILE = "file", _("File"), "grey"
    SYSTEM = "system", _("Automatic"), "grey"


class LinkKind(ColourChoices):
    RELATED = "related", _("Related"), "grey"
    DUPLICATE = "duplicate", _("Same matter"), "amber"
    SPLIT = "split", _("Split off"), "purple"


class Prefer(ColourChoices):
    """Whom an assignment rule looks for first."""

    LEAST_LOADED = "least_loaded", _("Who has least in hand"), "grey"
    OWN_AGENT = "own_agent", _("The customer's own agent"), "blue"


class AssignedHow(TextChoices):
    RULE = "rule", _("by rule and load")
    TAKEN = "taken", _("taken")
    KEPT = "kept", _("kept by who took it down")
    GIVEN = "given", _("given by hand")
    RESHUFFLED = "reshuffled", _("by rule, once someone was on duty")
    UNQUALIFIED = "unqualified", _("to the director: nobody on duty is qualified")
    LAPSED = "lapsed", _("to the director: its owner is not qualified any more")


class DuplicateReason(TextChoices):
    """Why two cases may be the same matter."""

    WAYBILL = "waybill", _("same waybill")
    PHONE = "phone", _("same phone")
    EMAIL = "email", _("same e-mail address")
    WORDS = "words", _("same customer, similar words")


class Liable(ColourChoices):
    """Whose part of the work a cause usually lies in."""

    HEAD_OFFICE = "head_office", _("Head office"), "purple"
    BRANCH = "branch", _("Branch"), "blue"
    DISPATCH_CENTRE = "dispatch_centre", _("Dispatch centre"), "teal"
    FREIGHT_CENTRE = "freight_centre", _("Freight centre"), "teal"
    STATION = "station", _("Station"), "grey"
    PARTNER = "partner", _("Partner carrier"), "amber"
    CUSTOMER = "customer", _("Customer or consignee"), "grey"
    NOBODY = "nobody", _("Nobody: force majeure"), "grey"


class CaseMatter(ColourChoices):
    """What has clocks here."""

    CASE = "case", _("Case"), "blue"


CASE_MATTER_KINDS: dict[str, Timed] = {
    CaseMatter.CASE: Timed(
        seen_with="complaints.view_case",
        classes=CaseClass.choices,
        severities=Severity.choices,
        channels=CaseChannel.choices,
    ),
}
