"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

SEE = view("figure goal")
LEAD = SEE | may("compare_people freeze_figure")
SET = LEAD | may("set_goal")
# A seat of a summary is its role's or their stand-in's, whom nobody knows beforehand.
WORK = view("summary dailyreport") | may("sign_summary")
WRITE = WORK | may("write_summary send_summary")
CLOSE = WORK | may("close_dailyreport prepare_summary send_summary")
PLAN = CLOSE | may("plan_summary")

ROLES = {
    Role.AGENT: SEE | WRITE,
    Role.DIRECTOR: LEAD | CLOSE,
    Role.DEPARTMENT_MANAGER: SET | PLAN,
    Role.PROJECT_MANAGER: SET | PLAN,
    Role.QC_MANAGER: LEAD | WORK,
    Role.DEPUTY_GENERAL_MANAGER: SET | WORK,
    Role.GENERAL_MANAGER: SET | WORK,
}
