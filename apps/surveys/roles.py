"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

SEE = view("surveyask surveyplan")
KEEP = SEE | may("change_surveyplan")

ROLES = {
    Role.DIRECTOR: SEE,
    Role.DEPARTMENT_MANAGER: KEEP,
    Role.PROJECT_MANAGER: KEEP,
    Role.QC_MANAGER: KEEP,
    Role.DEPUTY_GENERAL_MANAGER: KEEP,
    Role.GENERAL_MANAGER: KEEP,
}
