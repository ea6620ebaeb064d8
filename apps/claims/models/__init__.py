from apps.claims.models.claims import Claim, ClaimItem, ClaimPaper, NamedPayee
from apps.claims.models.deciding import Assessment, ClaimLimit, Decision
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
    "NamedPayee",
    "Recovery",
]
