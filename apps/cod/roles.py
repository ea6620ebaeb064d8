"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

SEE = view("coditem cashup taking deposit qrsettlement clawback coddecision codproof debtor")
CASH = SEE | may("declare_cashup count_cashup take_freight make_deposit")
MONEY = CASH | may(
    "enter_qrsettlement ask_coddecision correct_coditem prove_cod decide_coddecision"
)
STATION = SEE | may("declare_cashup take_freight ask_coddecision")
LEAD = SEE | may("ask_coddecision decide_coddecision")
# Who prepares and asks, and who releases: persons are told apart where it counts.
REMITTED = view("remittance remittancerow remittanceterms advancepolicy") | may("export_remittance")
REMIT = REMITTED | may("prepare_remittance set_remittanceterms ask_advancepolicy")
RELEASE = REMITTED | may("release_remittance approve_advancepolicy")

ROLES = {
    Role.CASHIER: CASH | REMITTED | may("enter_qrsettlement ask_coddecision prepare_remittance"),
    Role.FINANCE: MONEY | REMIT | RELEASE,
    Role.SETTLEMENT_CLERK: SEE | REMIT,
    Role.DELIVERY_MANAGER: STATION,
    Role.DISPATCHER: view("coditem cashup") | may("declare_cashup take_freight"),
    Role.DEPARTMENT_MANAGER: LEAD | RELEASE,
    Role.PROJECT_MANAGER: LEAD | RELEASE,
    Role.DEPUTY_GENERAL_MANAGER: SEE | RELEASE,
    Role.GENERAL_MANAGER: SEE | RELEASE,
    Role.SAFETY_OFFICER: SEE | view("remittance remittancerow remittanceterms advancepolicy"),
    Role.AGENT: view("coditem") | REMITTED,
    Role.DIRECTOR: view("coditem") | RELEASE | may("ask_coddecision"),
}
