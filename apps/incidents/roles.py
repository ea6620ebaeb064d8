"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

SEE = view("incident plan drill")
# Whoever is given a seat acts in it: runs the incident.
TAKE_PART = SEE | may("run_incident")
DECLARE = TAKE_PART | may("declare_incident hold_drill")
LEAD = DECLARE | may("close_incident write_plan")

ROLES = {
    **dict.fromkeys((Role.AGENT, Role.FREIGHT_CLERK, Role.WAREHOUSE_MANAGER, Role.SALES, Role.FINANCE), SEE),
    **dict.fromkeys((Role.DISPATCHER, Role.DIRECTOR, Role.DELIVERY_MANAGER), DECLARE),
    **dict.fromkeys((Role.PROJECT_MANAGER, Role.DEPARTMENT_MANAGER, Role.QC_MANAGER, Role.DEPUTY_GENERAL_MANAGER, Role.GENERAL_MANAGER), LEAD),
}  # fmt: skip
