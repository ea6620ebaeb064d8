"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

# Whoever can be on the roster hands over, takes gaps and swaps.
ON_DUTY = view("gap swap handover") | may("take_gap ask_swap work_handover")
PLAN = ON_DUTY | view("need pattern") | may("manage_need decide_swap")

ROLES = {
    **dict.fromkeys((Role.AGENT, Role.DISPATCHER, Role.FREIGHT_CLERK, Role.WAREHOUSE_MANAGER, Role.DELIVERY_MANAGER, Role.CASHIER, Role.FINANCE), ON_DUTY),
    **dict.fromkeys((Role.DIRECTOR, Role.DEPARTMENT_MANAGER, Role.PROJECT_MANAGER, Role.QC_MANAGER, Role.DEPUTY_GENERAL_MANAGER, Role.GENERAL_MANAGER), PLAN),
}  # fmt: skip
