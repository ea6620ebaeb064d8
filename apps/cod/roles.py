"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

# Who prepares and asks, and who releases: persons are told apart where it counts.
REMITTED = view("remittance remittancerow remittanceterms") | may("export_remittance")
REMIT = REMITTED | may("prepare_remittance set_remittanceterms")
RELEASE = REMITTED | may("release_remittance")

ROLES = {
    Role.FINANCE: REMIT | RELEASE,
    Role.CASHIER: REMITTED | may("prepare_remittance"),
    Role.SETTLEMENT_CLERK: REMIT,
    Role.SAFETY_OFFICER: view("remittance remittancerow remittanceterms"),
    Role.AGENT: REMITTED,
    Role.DIRECTOR: RELEASE,
    Role.DEPARTMENT_MANAGER: RELEASE,
    Role.PROJECT_MANAGER: RELEASE,
    Role.DEPUTY_GENERAL_MANAGER: RELEASE,
    Role.GENERAL_MANAGER: RELEASE,
}
