from apps.cod.models.advance_policies import AdvancePolicy
from apps.cod.models.cash import CashUp, Taking
from apps.cod.models.debtors import Debtor
from apps.cod.models.decisions import CodDecision
from apps.cod.models.items import ClawBack, CodItem
from apps.cod.models.proofs import CodDifference, CodProof
from apps.cod.models.remittance_terms import RemittanceTerms
from apps.cod.models.remittances import Remittance, RemittanceRow
from apps.cod.models.transits import Deposit, QrSettlement

__all__ = [
    "AdvancePolicy",
    "CashUp",
    "ClawBack",
    "CodDecision",
    "CodDifference",
    "CodItem",
    "CodProof",
    "Debtor",
    "Deposit",
    "QrSettlement",
    "Remittance",
    "RemittanceRow",
    "RemittanceTerms",
    "Taking",
]
