"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

SEE = view("coditem cashup taking deposit qrsettlement clawback coddecision codproof")
CASH = SEE | may("declare_cashup count_cashup take_freight make_deposit")
MONEY = CASH | may(
    "enter_qrsettlement ask_coddecision correct_coditem prove_cod decide_coddecision"
)
STATION = SEE | may("declare_cashup take_freight ask_coddecision")
LEAD = SEE | may("ask_coddecision decide_coddecision")

ROLES = {
    Role.CASHIER: CASH | may("enter_qrsettlement ask_coddecision"),
    Role.FINANCE: MONEY,
    Role.SETTLEMENT_CLERK: SEE,
    Role.DELIVERY_MANAGER: STATION,
    Role.DISPATCHER: view("coditem cashup") | may("declare_cashup take_freight"),
    Role.DEPARTMENT_MANAGER: LEAD,
    Role.PROJECT_MANAGER: LEAD,
    Role.DEPUTY_GENERAL_MANAGER: SEE,
    Role.GENERAL_MANAGER: SEE,
    Role.SAFETY_OFFICER: SEE,
    Role.AGENT: view("coditem"),
    Role.DIRECTOR: view("coditem") | may("ask_coddecision"),
}
