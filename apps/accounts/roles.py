"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

SEE = view("absence dutyshift unit user userrole")
ADMIT = view("directoryidentity") | may("admit_directoryidentity")
# Whoever leads people lets them in, with a role in a unit of their own.
PLAN_DUTY = SEE | may("manage_dutyshift") | ADMIT
RUN = (
    SEE
    | ADMIT
    | view("apikey directorygroup rolepolicy usersession")
    | may(
        "change_role_policy grant_role manage_api_key manage_directorygroup manage_unit manage_user"
        " reset_two_factor revoke_session"
    )
)

ROLES = {
    Role.DIRECTOR: PLAN_DUTY,
    Role.DEPARTMENT_MANAGER: PLAN_DUTY,
    Role.PROJECT_MANAGER: PLAN_DUTY,
    Role.QC_MANAGER: PLAN_DUTY,
    Role.DEPUTY_GENERAL_MANAGER: PLAN_DUTY,
    Role.GENERAL_MANAGER: PLAN_DUTY,
    # Runs the system and sees no customer's data by that alone.
    Role.IT_ADMIN: RUN,
}
