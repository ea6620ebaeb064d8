"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

SEE = view("claim compensationrule claimlimit recovery")
WORK = SEE | may("add_claim assess_claim decide_claim pay_claim")
LEAD = WORK | may("override_claim recover_claim")
RUN = LEAD | may("add_compensationrule add_claimlimit")

ROLES = {
    Role.AGENT: WORK,
    Role.DIRECTOR: LEAD,
    Role.PROJECT_MANAGER: LEAD,
    Role.DEPARTMENT_MANAGER: RUN,
    Role.DEPUTY_GENERAL_MANAGER: RUN,
    Role.GENERAL_MANAGER: RUN,
    # Looks into who answers for it; only QC takes money back from a person.
    Role.QC_MANAGER: SEE | may("recover_claim recover_person"),
    Role.FINANCE: SEE | may("pay_claim recover_claim"),
    Role.CASHIER: SEE | may("pay_claim"),
    Role.DISPATCHER: view("claim"),
    Role.FREIGHT_CLERK: view("claim"),
}
