"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

SEE = view("figure goal")
LEAD = SEE | may("compare_people freeze_figure")
SET = LEAD | may("set_goal")

ROLES = {
    Role.AGENT: SEE,
    Role.DIRECTOR: LEAD,
    Role.DEPARTMENT_MANAGER: SET,
    Role.PROJECT_MANAGER: SET,
    Role.QC_MANAGER: LEAD,
    Role.DEPUTY_GENERAL_MANAGER: SET,
    Role.GENERAL_MANAGER: SET,
}
