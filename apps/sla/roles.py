"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import maintain, may, view

SEE_CLOCKS = view("clock")
SEE = SEE_CLOCKS | view("calendarday calendaryear policy workingcalendar")
LEAD = SEE | maintain("workingcalendar") | may("publish_policy")

ROLES = {
    Role.AGENT: SEE,
    Role.DIRECTOR: LEAD,
    Role.DEPARTMENT_MANAGER: LEAD,
    Role.PROJECT_MANAGER: LEAD,
    Role.QC_MANAGER: LEAD,
    Role.DEPUTY_GENERAL_MANAGER: LEAD,
    Role.GENERAL_MANAGER: LEAD,
    Role.IT_ADMIN: LEAD,
    Role.DISPATCHER: SEE_CLOCKS,
    Role.FREIGHT_CLERK: SEE_CLOCKS,
    Role.FINANCE: SEE_CLOCKS,
    Role.SAFETY_OFFICER: SEE_CLOCKS,
    Role.SALES: SEE_CLOCKS,
    Role.WAREHOUSE_MANAGER: SEE_CLOCKS,
    Role.DELIVERY_MANAGER: SEE_CLOCKS,
}
