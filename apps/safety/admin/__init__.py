"""The pages of the safety officer."""

from apps.safety.admin.alerts import AlertRuleAdmin, SecurityAlertAdmin
from apps.safety.admin.checks import AccountCheckAdmin, CheckItemAdmin
from apps.safety.admin.seals import SealAdmin, SealFindingAdmin
from apps.safety.admin.trail import AccountEventAdmin

__all__ = [
    "AccountCheckAdmin",
    "AccountEventAdmin",
    "AlertRuleAdmin",
    "CheckItemAdmin",
    "SealAdmin",
    "SealFindingAdmin",
    "SecurityAlertAdmin",
]
