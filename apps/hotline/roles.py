"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

WORK = view("call callback answerpolicy") | may("add_call link_call reveal_call make_callback")
LEAD = (
    WORK
    | view("callfile phonesystem extension")
    | may("take_callfile manage_phonesystem set_answerpolicy")
)
SEE = view("call callback callfile answerpolicy phonesystem")

ROLES = {
    Role.AGENT: WORK,
    Role.DIRECTOR: LEAD,
    Role.DEPARTMENT_MANAGER: LEAD,
    Role.PROJECT_MANAGER: LEAD,
    Role.QC_MANAGER: SEE | may("reveal_call"),
    Role.DEPUTY_GENERAL_MANAGER: LEAD,
    Role.GENERAL_MANAGER: LEAD,
}
