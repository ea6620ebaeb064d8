"""Security checks of the accounts that receive money (COD-6)."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices
from apps.sla.kinds import Timed


class CheckState(ColourChoices):
    DUE = "due", _("To be carried out"), "blue"
    DONE = "done", _("Carried out"), "green"
    DROPPED = "dropped", _("Account closed"), "grey"


class Verdict(ColourChoices):
    FINE = "fine", _("In order"), "green"
    WRONG = "wrong", _("Not in order"), "red"
    NOT_ASKED = "not_asked", _("Does not apply"), "grey"


class FollowUpState(ColourChoices):
    WAITING = "waiting", _("To be put right"), "red"
    PUT_RIGHT = "put_right", _("Put right"), "green"


class SafetyMatter(ColourChoices):
    """What has clocks here."""

    ACCOUNT_CHECK = "account_check", _("Security check of an account"), "amber"
    CHECK_FOLLOW_UP = "check_follow_up", _("Follow-up of a security check"), "red"


MATTER_KINDS = {
    SafetyMatter.ACCOUNT_CHECK: Timed(seen_with="safety.view_accountcheck"),
    SafetyMatter.CHECK_FOLLOW_UP: Timed(seen_with="safety.view_accountcheck"),
}
