"""Unusual access to account data, and what the safety officer says of it."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class AlertKind(ColourChoices):
    MANY_REVEALS = "many_reveals", _("Many numbers shown in clear"), "red"
    MANY_ACCOUNTS = "many_accounts", _("Numbers of many accounts shown in clear"), "red"
    MANY_PAGES = "many_pages", _("Pages of many accounts opened"), "amber"
    AT_NIGHT = "at_night", _("Number shown in clear at night"), "amber"
    NEWCOMER = "newcomer", _("Number shown in clear to somebody new"), "amber"
    OFF_DUTY = "off_duty", _("Number shown in clear to somebody who is not on duty"), "amber"
    WRONG_CODES = "wrong_codes", _("Wrong second factors"), "red"
    MONEY_ROLE = "money_role", _("Role that may move money granted"), "blue"
    ATTEMPT_REFUSED = "attempt_refused", _("Attempt to move money or an account refused"), "red"
    NOT_OURS = "not_ours", _("A notice or an account that is not ours"), "red"


class AlertState(ColourChoices):
    OPEN = "open", _("Open"), "red"
    HARMLESS = "harmless", _("Harmless"), "grey"
    INVESTIGATED = "investigated", _("Under investigation"), "amber"
