"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

# Whoever moves the goods reports what went wrong with them and answers chases.
REPORT = view(
    "chasetask correctiveaction evidence exceptionreport partycontact quarterlyanalysis"
) | may("add_exceptionreport handle_exceptionreport")
HANDLE = REPORT | view("reportchange reviewitem reviewmeeting")
INVESTIGATE = HANDLE | may(
    "investigate_exceptionreport decide_exceptionreport close_exceptionreport"
    " reveal_exceptionreport check_correctiveaction hold_reviewmeeting add_quarterlyanalysis"
)
ROLES = {
    Role.AGENT: HANDLE,
    Role.DIRECTOR: INVESTIGATE,
    Role.DEPARTMENT_MANAGER: INVESTIGATE,
    Role.PROJECT_MANAGER: INVESTIGATE,
    Role.QC_MANAGER: INVESTIGATE,
    Role.DEPUTY_GENERAL_MANAGER: INVESTIGATE,
    Role.GENERAL_MANAGER: INVESTIGATE,
    # Opens exceptions about access to accounts, and follows them.
    Role.SAFETY_OFFICER: HANDLE,
    Role.DISPATCHER: REPORT,
    Role.FREIGHT_CLERK: REPORT,
    Role.WAREHOUSE_MANAGER: REPORT,
    Role.DELIVERY_MANAGER: REPORT,
}
