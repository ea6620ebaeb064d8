"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import maintain, may, view

SEE = may("lookup_customer") | view(
    "contact contract customer customersite dangerousgoodsletter handoverform verbalauthorisation"
)
SERVE = SEE | maintain("contact customersite dangerousgoodsletter") | may("reveal_contact")
WIN = (
    SERVE | maintain("contract customer handoverform") | may("submit_handoverform import_customer")
)
SIGN = SEE | may("sign_handoverform")
LEAD = (
    SIGN
    | view("customerscope")
    | maintain("customerscope verbalauthorisation")
    | may("override_customerhold assign_customer grant_authorisation manage_trial suspend_customer")
)
# Which customers an API key sees is set where the key is made.
SET_SCOPES = view("customerscope") | may("add_customerscope delete_customerscope")

ROLES = {
    Role.AGENT: SERVE,
    Role.DIRECTOR: WIN | LEAD,
    Role.DEPARTMENT_MANAGER: LEAD,
    Role.PROJECT_MANAGER: SERVE | LEAD,
    Role.QC_MANAGER: SEE,
    Role.DEPUTY_GENERAL_MANAGER: LEAD,
    Role.GENERAL_MANAGER: LEAD,
    Role.FINANCE: SEE,
    Role.SETTLEMENT_CLERK: SEE,
    Role.SALES: WIN | SIGN,
    Role.WAREHOUSE_MANAGER: SIGN,
    Role.DELIVERY_MANAGER: SIGN,
    Role.IT_ADMIN: SET_SCOPES,
}
