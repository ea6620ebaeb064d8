"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import maintain, may, view

SEE = view(
    "declaredcount dispatcharrangement followuptask followuptemplate harmlessterm"
    " printjob printrecord prohibitedlist prohibitedterm workorder"
    " workorderwaybill"
)
TAKE = (
    SEE
    | maintain("declaredcount dispatcharrangement workorder")
    | may(
        "confirm_workorder cancel_workorder print_workorder reveal_workorder import_workorder"
        " complete_followuptask resolve_declaredcount"
    )
)
CARRY_OUT = (
    SEE
    | maintain("dispatcharrangement")
    | may("print_workorder reveal_workorder complete_followuptask")
)
LEAD = SEE | may("assign_workorder") | maintain("followuptemplate")
MAINTAIN_GOODS_LISTS = maintain("harmlessterm prohibitedlist prohibitedterm")

ROLES = {
    Role.AGENT: TAKE,
    Role.DIRECTOR: TAKE | LEAD | MAINTAIN_GOODS_LISTS,
    Role.DEPARTMENT_MANAGER: LEAD | MAINTAIN_GOODS_LISTS,
    Role.PROJECT_MANAGER: TAKE | LEAD,
    Role.QC_MANAGER: SEE | MAINTAIN_GOODS_LISTS,
    Role.DEPUTY_GENERAL_MANAGER: LEAD,
    Role.GENERAL_MANAGER: LEAD,
    Role.DISPATCHER: CARRY_OUT,
    Role.FREIGHT_CLERK: CARRY_OUT,
    Role.FINANCE: SEE,
    Role.SALES: SEE,
    Role.WAREHOUSE_MANAGER: SEE,
    Role.DELIVERY_MANAGER: SEE,
}
