"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

SEE = view("statement charge dispute shipmentrating")
MONEY = view(
    "invoice redform receipt allocation cheque billingterms writeoff dunningnotice overduepayer paperdelivery"
)
# Customer service knows who is asked to pay, notes what they promise, and carries papers along.
SERVICE = (
    SEE
    | view("dunningnotice overduepayer paperdelivery")
    | may(
        "service_statement confirm_statement request_invoice export_statement note_promise carry_paper"
    )
)
FINANCE = (
    SEE
    | MONEY
    | may(
        "freeze_statement finance_statement rate_shipment confirm_statement export_statement decide_dispute"
        " request_invoice issue_invoice deliver_invoice take_receipt handle_cheque ask_write_off"
        " add_billingterms change_billingterms send_dunning note_promise plan_round carry_paper"
        " view_dunningplan change_dunningplan"
    )
)
LEAD = SEE | MONEY | may("export_statement waive_blocker decide_dispute write_off send_dunning")

ROLES = {
    Role.AGENT: SERVICE,
    Role.DIRECTOR: SERVICE | may("decide_dispute waive_blocker"),
    Role.FINANCE: FINANCE,
    Role.SETTLEMENT_CLERK: SEE
    | MONEY
    | may("deliver_invoice handle_cheque plan_round carry_paper"),
    Role.DEPARTMENT_MANAGER: LEAD,
    Role.PROJECT_MANAGER: LEAD,
    Role.DEPUTY_GENERAL_MANAGER: LEAD,
    Role.GENERAL_MANAGER: LEAD,
}
