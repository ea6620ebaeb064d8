"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import maintain, may, view

SEE = view("bankaccount accountassignment bankfile bankline payeralias")
WORK = SEE | may("take_bankfile identify_bankline change_payeralias")
RUN = (
    WORK
    | maintain("bankaccount accountassignment banklayout")
    | view("banklayout")
    | may("reveal_bankaccount")
)

# Who enters, calls, approves and pays are different people; persons are told apart where it counts.
PAYING = view("payeeaccount payout payoutfile")
PAY = PAYING | may("draft_payout make_payoutfile answer_payoutfile settle_payout")
DECIDE = PAYING | may("approve_payeeaccount approve_payout stop_payeeaccount")

ROLES = {
    Role.FINANCE: RUN
    | PAY
    | DECIDE
    | may("request_payeeaccount call_payeeaccount reveal_payeeaccount"),
    Role.SETTLEMENT_CLERK: WORK
    | PAYING
    | may("request_payeeaccount call_payeeaccount draft_payout"),
    Role.CASHIER: SEE | PAY,
    Role.SAFETY_OFFICER: SEE | PAYING | may("stop_payeeaccount"),
    Role.AGENT: view("payeeaccount")
    | may("request_payeeaccount call_payeeaccount stop_payeeaccount"),
    Role.DIRECTOR: DECIDE | may("request_payeeaccount call_payeeaccount"),
    Role.DEPARTMENT_MANAGER: DECIDE,
    Role.PROJECT_MANAGER: DECIDE,
    Role.DEPUTY_GENERAL_MANAGER: SEE | DECIDE,
    Role.GENERAL_MANAGER: SEE | DECIDE,
}
