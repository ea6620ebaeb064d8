from apps.safety.models.alerts import AlertRule, SecurityAlert
from apps.safety.models.checks import AccountCheck, CheckAnswer, CheckFollowUp, CheckItem
from apps.safety.models.seals import Seal, SealCopy, SealFinding, SealMark
from apps.safety.models.trail import AccountEvent

__all__ = [
    "AccountCheck",
    "AccountEvent",
    "AlertRule",
    "CheckAnswer",
    "CheckFollowUp",
    "CheckItem",
    "Seal",
    "SealCopy",
    "SealFinding",
    "SealMark",
    "SecurityAlert",
]
