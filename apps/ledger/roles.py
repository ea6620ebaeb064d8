"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

SEE = view("account accounttitle entry period")
KEEP = SEE | may("change_accounttitle close_period")

ROLES = {
    Role.FINANCE: KEEP,
    Role.SETTLEMENT_CLERK: SEE,
    Role.DEPUTY_GENERAL_MANAGER: SEE,
    Role.GENERAL_MANAGER: SEE,
}
