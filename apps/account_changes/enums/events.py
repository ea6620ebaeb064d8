"""What timelines say of this floor's events."""

from django.utils.translation import gettext_lazy as _

from apps.account_changes.enums.changes import PaperKind, StepKind, TeamSide

EVENT_KINDS = {f"accountchange.{kind.value}": kind.label for kind in StepKind} | {
    "accountchange.attempt_refused": _("Account change: attempt refused"),
    "accountchange.old_account_used": _("Old account used after its time"),
    "accountchange.failed": _("Account change: stopped by an error"),
}
EVENT_DETAILS = {
    "accountchange.attempt_refused/attempt": _("What"),
    "accountchange.attempt_refused/code": _("Refused because"),
    "accountchange.attempt_refused/words": _("Words"),
    "accountchange.failed/error": _("Error"),
    "accountchange.started/assignments": _("Assignments"),
    "accountchange.started/old": _("Old account"),
    "accountchange.started/new": _("New account"),
    "accountchange.old_account_used/exception": _("Exception report"),
    "earliest_start": _("Starts at the earliest"),
    "accountchange.member_added/side": _("Side"),
    "accountchange.member_removed/side": _("Side"),
    "accountchange.paper_filed/paper": _("Paper"),
    "accountchange.candidate_rated/bank": _("Bank"),
}
EVENT_VALUES = {
    "accountchange.member_added/side": TeamSide,
    "accountchange.member_removed/side": TeamSide,
    "accountchange.paper_filed/kind": PaperKind,
}
EVENT_ROWS = ("member", "customer", "account", "deposit")
