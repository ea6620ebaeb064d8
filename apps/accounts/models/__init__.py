from apps.accounts.models.api_key import ApiKey, IdempotencyRecord
from apps.accounts.models.directory import DirectoryGroup, DirectoryIdentity, DirectoryLogout
from apps.accounts.models.duty import Absence, DutyShift
from apps.accounts.models.role import RolePolicy, UserRole
from apps.accounts.models.session import UserSession
from apps.accounts.models.two_factor import RecoveryCode, TotpDevice
from apps.accounts.models.unit import Unit
from apps.accounts.models.user import User

__all__ = [
    "Absence",
    "ApiKey",
    "DirectoryGroup",
    "DirectoryIdentity",
    "DirectoryLogout",
    "DutyShift",
    "IdempotencyRecord",
    "RecoveryCode",
    "RolePolicy",
    "TotpDevice",
    "Unit",
    "User",
    "UserRole",
    "UserSession",
]
