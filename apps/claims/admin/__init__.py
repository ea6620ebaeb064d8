from apps.claims.admin.claims import ClaimAdmin
from apps.claims.admin.recoveries import RecoveryAdmin
from apps.claims.admin.settings import ClaimLimitAdmin, CompensationRuleAdmin

__all__ = ["ClaimAdmin", "ClaimLimitAdmin", "CompensationRuleAdmin", "RecoveryAdmin"]
