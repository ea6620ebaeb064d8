"""Who may do what with this app's things; config/roles.py puts the tables of all apps together.

Finance drafts; who leads finance's side publishes. A quote is made by sales or service and approved by
somebody who may (never by whoever made it).
"""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

TRY = may("try_tariff")
SEE = TRY | view("quote tariff tariffversion taxclass")
QUOTE = TRY | may("view_quote add_quote")
KEEP = SEE | may("draft_tariff publish_tariff add_quote add_taxclass")
LEAD = KEEP | may("approve_quote")

ROLES = {
    Role.AGENT: QUOTE,
    Role.DIRECTOR: SEE | may("add_quote approve_quote"),
    Role.DEPARTMENT_MANAGER: SEE | may("add_quote approve_quote"),
    Role.PROJECT_MANAGER: SEE | may("add_quote"),
    Role.DEPUTY_GENERAL_MANAGER: LEAD,
    Role.GENERAL_MANAGER: LEAD,
    Role.FINANCE: KEEP,
    Role.SETTLEMENT_CLERK: SEE,
    Role.SALES: SEE | may("add_quote"),
    Role.DISPATCHER: TRY,
}
