"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

SEE = view(
    "seal sealfinding securityalert accountcheck checkfollowup alertrule checkitem accountevent"
)
OFFICER = SEE | may(
    "explain_sealfinding judge_securityalert carry_out_accountcheck change_alertrule"
    " add_checkitem change_checkitem export_accountevent"
)

ROLES = {
    Role.SAFETY_OFFICER: OFFICER,
    # Whoever leads the company sees what the officer sees, and judges alerts about the officer.
    Role.DEPUTY_GENERAL_MANAGER: SEE | may("judge_securityalert explain_sealfinding"),
    Role.GENERAL_MANAGER: SEE | may("judge_securityalert explain_sealfinding"),
    # Runs the database: hears of tampering, and cannot explain it away.
    Role.IT_ADMIN: view("seal sealfinding"),
    Role.FINANCE: view("accountcheck checkfollowup"),
}
