"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

SEE = view("absence dutyshift unit user userrole")
PLAN_DUTY = SEE | may("manage_dutyshift")
RUN = (
    SEE
    | view("apikey rolepolicy usersession")
    | may(
        "change_role_policy grant_role manage_api_key manage_unit manage_user reset_two_factor"
        " revoke_session"
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
