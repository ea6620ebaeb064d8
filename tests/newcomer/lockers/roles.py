from apps.accounts.enums import Role
from apps.core.codenames import may, view

SEE = view("locker")

ROLES = {Role.DISPATCHER: SEE | may("empty_locker"), Role.FINANCE: SEE}
