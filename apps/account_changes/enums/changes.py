"""Changing the account that customers pay into 收款账号变更 (COD-2, COD-4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices
from apps.sla.kinds import Timed


class ProjectState(ColourChoices):
    PREPARING = "preparing", _("Being prepared"), "grey"
    APPROVING = "approving", _("Waits for approval"), "amber"
    APPROVED = "approved", _("Approved, not scheduled"), "blue"
    SCHEDULED = "scheduled", _("Scheduled"), "purple"
    TRANSITION = "transition", _("In transition"), "teal"
    CLOSED = "closed", _("Transition over"), "blue"
    REPORTED = "reported", _("Finished, reported"), "green"
    ROLLED_BACK = "rolled_back", _("Rolled back"), "red"
    CALLED_OFF = "called_off", _("Called off"), "grey"


ENDED = (ProjectState.REPORTED, ProjectState.ROLLED_BACK, ProjectState.CALLED_OFF)


class ChangeScope(ColourChoices):
    """Whose account changes."""

    EVERYBODY = "everybody", _("Everybody who pays into the old account"), "blue"
    LISTED = "listed", _("The customers listed"), "teal"


class TeamSide(ColourChoices):
    """The departments that must each be on the team (COD-2)."""

    FINANCE = "finance", _("Finance"), "green"
    OPERATIONS = "operations", _("Shipping operations"), "teal"
    CUSTOMER_SERVICE = "customer_service", _("Customer service"), "blue"


class PaperKind(ColourChoices):
    OPENING = "opening", _("Opening of the account"), "blue"
    COMPARISON = "comparison", _("Comparison of banks"), "teal"
    OTHER = "other", _("Other paper"), "grey"


class StepKind(ColourChoices):
    """What was done to a project: one row each, never changed."""

    BEGUN = "begun", _("Project begun"), "grey"
    EDITED = "edited", _("Reason or weights changed"), "grey"
    MEMBER_ADDED = "member_added", _("Team member named"), "grey"
    MEMBER_REMOVED = "member_removed", _("Team member left"), "grey"
    CUSTOMER_LISTED = "customer_listed", _("Customer listed"), "grey"
    CUSTOMER_UNLISTED = "customer_unlisted", _("Customer taken off the list"), "grey"
    CANDIDATE_RATED = "candidate_rated", _("Bank compared"), "blue"
    ACCOUNT_CHOSEN = "account_chosen", _("New account chosen"), "blue"
    PAPER_FILED = "paper_filed", _("Paper filed"), "blue"
    DEPOSIT_TESTED = "deposit_tested", _("Test deposit noted"), "blue"
    DEPOSIT_STRUCK = "deposit_struck", _("Test deposit struck out"), "amber"
    JUSTIFIED = "justified", _("Choice justified"), "amber"
    BRIEFED = "briefed", _("Briefing written"), "blue"
    READ = "read", _("Read and understood"), "green"
    ASKED = "asked", _("Approval asked for"), "amber"
    APPROVED_BY = "approved_by", _("Approved by one person"), "blue"
    APPROVED = "approved", _("Approved"), "green"
    REFUSED = "refused", _("Approval refused"), "red"
    VOIDED = "voided", _("Approvals void: it was changed"), "red"
    SCHEDULED = "scheduled", _("Start set"), "purple"
    STARTED = "started", _("New account in use"), "green"
    EXTENDED = "extended", _("Transition extended"), "amber"
    PAUSED = "paused", _("Paused"), "amber"
    RESUMED = "resumed", _("Resumed"), "blue"
    CLOSED = "closed", _("Old account no longer accepted"), "blue"
    REPORTED = "reported", _("Final report"), "green"
    ROLLED_BACK = "rolled_back", _("Rolled back"), "red"
    CALLED_OFF = "called_off", _("Called off"), "red"


class ChangeSeat(models.TextChoices):
    """Two persons of two departments approve."""

    DEPARTMENT = "department", _("Department manager or customer-service director")
    MANAGEMENT = "management", _("General manager or deputy")


class ChangeMatter(ColourChoices):
    """What has clocks here."""

    APPROVAL = "change_approval", _("Account change to be approved"), "amber"
    START = "change_start", _("Account change to be started"), "purple"
    TRANSITION = "change_transition", _("Transition of an account change"), "teal"
    REPORT = "change_report", _("Account change to be reported"), "blue"


MATTER_KINDS = {
    kind: Timed(seen_with="account_changes.view_changeproject") for kind in ChangeMatter
}
