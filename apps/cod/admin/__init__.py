"""Staff pages of the COD floor."""

from apps.cod.admin.cash_ups import CashUpAdmin
from apps.cod.admin.decisions import CodDecisionAdmin
from apps.cod.admin.items import CodItemAdmin
from apps.cod.admin.proofs import CodProofAdmin
from apps.cod.admin.remittance_terms import RemittanceTermsAdmin
from apps.cod.admin.remittances import RemittanceAdmin
from apps.cod.admin.transits import DepositAdmin, QrSettlementAdmin

__all__ = [
    "CashUpAdmin",
    "CodDecisionAdmin",
    "CodItemAdmin",
    "CodProofAdmin",
    "DepositAdmin",
    "QrSettlementAdmin",
    "RemittanceAdmin",
    "RemittanceTermsAdmin",
]
