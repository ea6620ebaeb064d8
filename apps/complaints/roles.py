"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import maintain, may, merged, view

# --- cases --------------------------------------------------------------------------------------
WORK_CASES = (
    view("case caseentry casefile caselink satisfactionask appeal")
    | maintain("case")
    | may("handle_case merge_case close_case reveal_case")
)
EXPORT_CASES = WORK_CASES | view("assignmentrule majorrule") | may("export_case")
LEAD_CASES = EXPORT_CASES | maintain("assignmentrule majorrule") | may("assign_case cancel_case")
# What the postal authority decided is written down by whoever answers for it to the company.
DECIDE = may("decide_appeal")
CASES = {
    Role.AGENT: WORK_CASES,
    Role.DIRECTOR: LEAD_CASES,
    Role.DEPARTMENT_MANAGER: LEAD_CASES,
    Role.PROJECT_MANAGER: LEAD_CASES,
    Role.QC_MANAGER: EXPORT_CASES,
    Role.DEPUTY_GENERAL_MANAGER: LEAD_CASES,
    Role.GENERAL_MANAGER: LEAD_CASES,
}

# --- causes -------------------------------------------------------------------------------------
# Whoever reports what went wrong names its cause; whoever investigates keeps the tree.
SEE_CAUSES = view("causenode")
KEEP_CAUSES = SEE_CAUSES | maintain("causenode")
CAUSES = {
    Role.AGENT: SEE_CAUSES,
    Role.DIRECTOR: KEEP_CAUSES,
    Role.DEPARTMENT_MANAGER: KEEP_CAUSES,
    Role.PROJECT_MANAGER: KEEP_CAUSES,
    Role.QC_MANAGER: KEEP_CAUSES,
    Role.DEPUTY_GENERAL_MANAGER: KEEP_CAUSES,
    Role.GENERAL_MANAGER: KEEP_CAUSES,
    Role.DISPATCHER: SEE_CAUSES,
    Role.FREIGHT_CLERK: SEE_CAUSES,
    Role.WAREHOUSE_MANAGER: SEE_CAUSES,
    Role.DELIVERY_MANAGER: SEE_CAUSES,
}

# --- opinions -----------------------------------------------------------------------------------
# Everybody sees the praise of themselves; a leader that of those they lead (queries.praises).
OPINIONS: dict[str, frozenset[str]] = {
    **{role: may("view_praise") for role in Role},
    Role.DIRECTOR: may("view_praise") | DECIDE,
    Role.DEPARTMENT_MANAGER: may("view_praise") | DECIDE,
    Role.PROJECT_MANAGER: may("view_praise") | DECIDE,
    Role.QC_MANAGER: may("view_praise") | DECIDE,
    Role.DEPUTY_GENERAL_MANAGER: may("view_praise") | DECIDE,
    Role.GENERAL_MANAGER: may("view_praise") | DECIDE,
}

ROLES = merged(CASES, CAUSES, OPINIONS)
