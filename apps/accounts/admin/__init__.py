from apps.accounts.admin.api_keys import ApiKeyAdmin
from apps.accounts.admin.duty import AbsenceAdmin, DutyShiftAdmin
from apps.accounts.admin.roles import RolePolicyAdmin, UserRoleAdmin
from apps.accounts.admin.sessions import UserSessionAdmin
from apps.accounts.admin.units import UnitAdmin
from apps.accounts.admin.users import UserAdmin

__all__ = [
    "AbsenceAdmin",
    "ApiKeyAdmin",
    "DutyShiftAdmin",
    "RolePolicyAdmin",
    "UnitAdmin",
    "UserAdmin",
    "UserRoleAdmin",
    "UserSessionAdmin",
]
