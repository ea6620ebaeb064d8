"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import maintain, may, view

SEE = view(
    "delivery phonetask preference subscription suppressedaddress webhookendpoint webhookevent"
)
SEND = SEE | may(
    "resend_delivery cancel_delivery hand_over_delivery resolve_delivery work_phonetask"
    " manage_preference"
)
LEAD = (
    SEND
    | view(
        "announcement notificationpolicy messagetemplate grouprobot colleagueaccount buttonpress"
    )
    | maintain("announcement")
    | may("see_health lift_suppressedaddress manage_endpoint manage_policy manage_template")
    | may("manage_grouprobot manage_colleagueaccount")
)
# The machinery, without the contents of messages.
RUN = view("webhookendpoint notificationpolicy messagetemplate grouprobot colleagueaccount") | may(
    "see_health manage_endpoint manage_grouprobot manage_colleagueaccount"
)

ROLES = {
    Role.AGENT: SEND,
    Role.DIRECTOR: LEAD,
    Role.DEPARTMENT_MANAGER: LEAD,
    Role.PROJECT_MANAGER: LEAD,
    Role.DEPUTY_GENERAL_MANAGER: LEAD,
    Role.GENERAL_MANAGER: LEAD,
    Role.IT_ADMIN: RUN,
}
