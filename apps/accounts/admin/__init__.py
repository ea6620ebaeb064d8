from apps.accounts.admin.api_keys import ApiKeyAdmin
from apps.accounts.admin.directory import DirectoryGroupAdmin, DirectoryIdentityAdmin
from apps.accounts.admin.duty import AbsenceAdmin, DutyShiftAdmin
from apps.accounts.admin.roles import RolePolicyAdmin, UserRoleAdmin
from apps.accounts.admin.sessions import UserSessionAdmin
from apps.accounts.admin.units import UnitAdmin
from apps.accounts.admin.users import UserAdmin

__all__ = [
    "AbsenceAdmin",
    "ApiKeyAdmin",
    "DirectoryGroupAdmin",
    "DirectoryIdentityAdmin",
    "DutyShiftAdmin",
    "RolePolicyAdmin",
    "UnitAdmin",
    "UserAdmin",
    "UserRoleAdmin",
    "UserSessionAdmin",
]
