"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import joined, keep, may, view

# --- cases --------------------------------------------------------------------------------------
WORK_CASES = (
    view("cannedanswer case caseentry casefile caselink satisfactionask")
    | keep("case savedfilter")
    | may("handle_case merge_case close_case reveal_case")
)
EXPORT_CASES = WORK_CASES | view("assignmentrule majorrule") | may("export_case")
LEAD_CASES = (
    EXPORT_CASES | keep("assignmentrule cannedanswer majorrule") | may("assign_case cancel_case")
)
CASES = {
    Role.AGENT: WORK_CASES,
    Role.DIRECTOR: LEAD_CASES,
    Role.DEPARTMENT_MANAGER: LEAD_CASES,
    Role.PROJECT_MANAGER: LEAD_CASES,
    Role.QC_MANAGER: EXPORT_CASES,
    Role.DEPUTY_GENERAL_MANAGER: LEAD_CASES,
    Role.GENERAL_MANAGER: LEAD_CASES,
}

# --- exceptions ---------------------------------------------------------------------------------
# Whoever moves the goods reports what went wrong with them and answers chases.
REPORT = view("causenode chasetask correctiveaction evidence exceptionreport") | may(
    "add_exceptionreport handle_exceptionreport"
)
HANDLE = REPORT | view("reportchange reviewitem reviewmeeting")
INVESTIGATE = (
    HANDLE
    | keep("causenode")
    | may(
        "investigate_exceptionreport decide_exceptionreport close_exceptionreport"
        " reveal_exceptionreport check_correctiveaction hold_reviewmeeting"
    )
)
EXCEPTIONS = {
    Role.AGENT: HANDLE,
    Role.DIRECTOR: INVESTIGATE,
    Role.DEPARTMENT_MANAGER: INVESTIGATE,
    Role.PROJECT_MANAGER: INVESTIGATE,
    Role.QC_MANAGER: INVESTIGATE,
    Role.DEPUTY_GENERAL_MANAGER: INVESTIGATE,
    Role.GENERAL_MANAGER: INVESTIGATE,
    Role.DISPATCHER: REPORT,
    Role.FREIGHT_CLERK: REPORT,
    Role.WAREHOUSE_MANAGER: REPORT,
    Role.DELIVERY_MANAGER: REPORT,
}

# --- online chat --------------------------------------------------------------------------------
ANSWER_CHATS = may("handle_chat")
LEAD_CHATS = ANSWER_CHATS | view("chat chatseat chatsettings") | may("lead_chat")
CHATS = {
    Role.AGENT: ANSWER_CHATS,
    Role.DIRECTOR: LEAD_CHATS,
    Role.DEPARTMENT_MANAGER: LEAD_CHATS,
    Role.PROJECT_MANAGER: LEAD_CHATS,
    Role.DEPUTY_GENERAL_MANAGER: LEAD_CHATS,
    Role.GENERAL_MANAGER: LEAD_CHATS,
}

ROLES = joined(CASES, EXCEPTIONS, CHATS)
