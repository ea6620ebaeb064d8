"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import keep, may, view

SEE = view("bankaccount accountassignment bankfile bankline payeralias")
WORK = SEE | may("take_bankfile identify_bankline change_payeralias")
RUN = (
    WORK
    | keep("bankaccount accountassignment banklayout")
    | view("banklayout")
    | may("reveal_bankaccount")
)

ROLES = {
    Role.FINANCE: RUN,
    Role.SETTLEMENT_CLERK: WORK,
    Role.CASHIER: SEE,
    Role.SAFETY_OFFICER: SEE,
    Role.DEPUTY_GENERAL_MANAGER: SEE,
    Role.GENERAL_MANAGER: SEE,
}
