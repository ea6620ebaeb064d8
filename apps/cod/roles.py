"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

SEE = view("changeproject")
READ = SEE | may("read_changeproject")
APPROVE = READ | may("approve_changeproject pause_changeproject")

ROLES = {
    Role.FINANCE: READ | may("run_changeproject"),
    Role.SETTLEMENT_CLERK: READ,
    Role.CASHIER: READ,
    Role.AGENT: READ,
    Role.DIRECTOR: READ | may("approve_changeproject"),
    Role.DISPATCHER: READ,
    Role.DELIVERY_MANAGER: READ,
    Role.DEPARTMENT_MANAGER: READ | may("approve_changeproject"),
    Role.SAFETY_OFFICER: READ | may("pause_changeproject"),
    Role.DEPUTY_GENERAL_MANAGER: APPROVE,
    Role.GENERAL_MANAGER: APPROVE,
}
