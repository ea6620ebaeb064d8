from apps.claims.models.claims import Claim
from apps.claims.models.deciding import Assessment, ClaimLimit, Decision
from apps.claims.models.items import ClaimItem, ClaimPaper
from apps.claims.models.paying import ClaimPayment, Recovery
from apps.claims.models.rules import CompensationRule

__all__ = [
    "Assessment",
    "Claim",
    "ClaimItem",
    "ClaimLimit",
    "ClaimPaper",
    "ClaimPayment",
    "CompensationRule",
    "Decision",
    "Recovery",
]
