"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

# Telling customers of an account change, and what they say to it.
SEE = view("campaign campaignrecipient feedback")
FOLLOW_UP = SEE | may("work_campaign")
LEAD = FOLLOW_UP | may("send_campaign export_campaignrecipient")

ROLES = {
    Role.AGENT: FOLLOW_UP,
    Role.DIRECTOR: LEAD,
    Role.FINANCE: LEAD,
    Role.DEPARTMENT_MANAGER: LEAD,
    Role.DEPUTY_GENERAL_MANAGER: SEE,
    Role.GENERAL_MANAGER: SEE,
    Role.SAFETY_OFFICER: SEE | view("noticecheck"),
}
