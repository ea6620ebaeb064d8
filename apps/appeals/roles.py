"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

SEE = view("appeal")
# What the postal authority decided is written down by whoever answers for it to the company.
DECIDE = SEE | may("decide_appeal")

ROLES = {
    Role.AGENT: SEE,
    Role.DIRECTOR: DECIDE,
    Role.DEPARTMENT_MANAGER: DECIDE,
    Role.PROJECT_MANAGER: DECIDE,
    Role.QC_MANAGER: DECIDE,
    Role.DEPUTY_GENERAL_MANAGER: DECIDE,
    Role.GENERAL_MANAGER: DECIDE,
}
