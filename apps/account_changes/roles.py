"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, merged, view

SEE = view("changeproject")
READ = SEE | may("read_changeproject")
APPROVE = READ | may("approve_changeproject pause_changeproject")

CHANGES = {
    Role.FINANCE: READ | may("run_changeproject"),
    Role.SETTLEMENT_CLERK: READ,
    Role.CASHIER: READ,
    Role.AGENT: READ,
    Role.DIRECTOR: READ | may("approve_changeproject"),
    Role.DISPATCHER: READ,
    Role.DELIVERY_MANAGER: READ,
    Role.DEPARTMENT_MANAGER: READ | may("approve_changeproject"),
    Role.SAFETY_OFFICER: READ | may("pause_changeproject"),
    Role.DEPUTY_GENERAL_MANAGER: APPROVE,
    Role.GENERAL_MANAGER: APPROVE,
}

# Telling customers of an account change, and what they say to it.
SEE_CAMPAIGN = view("campaign campaignrecipient feedback")
FOLLOW_UP = SEE_CAMPAIGN | may("work_campaign")
TELL = FOLLOW_UP | may("send_campaign export_campaignrecipient")
CAMPAIGNS = {
    Role.AGENT: FOLLOW_UP,
    Role.DIRECTOR: TELL,
    Role.FINANCE: TELL,
    Role.DEPARTMENT_MANAGER: TELL,
    Role.DEPUTY_GENERAL_MANAGER: SEE_CAMPAIGN,
    Role.GENERAL_MANAGER: SEE_CAMPAIGN,
    Role.SAFETY_OFFICER: SEE_CAMPAIGN | view("noticecheck"),
}
ROLES = merged(CHANGES, CAMPAIGNS)
