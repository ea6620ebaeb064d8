"""Staff pages of the COD floor."""

from apps.cod.admin.advance_policies import AdvancePolicyAdmin
from apps.cod.admin.cash_ups import CashUpAdmin
from apps.cod.admin.claw_backs import ClawBackAdmin
from apps.cod.admin.debtors import DebtorAdmin
from apps.cod.admin.decisions import CodDecisionAdmin
from apps.cod.admin.items import CodItemAdmin
from apps.cod.admin.proofs import CodProofAdmin
from apps.cod.admin.remittance_terms import RemittanceTermsAdmin
from apps.cod.admin.remittances import RemittanceAdmin
from apps.cod.admin.transits import DepositAdmin, QrSettlementAdmin

__all__ = [
    "AdvancePolicyAdmin",
    "CashUpAdmin",
    "ClawBackAdmin",
    "CodDecisionAdmin",
    "CodItemAdmin",
    "CodProofAdmin",
    "DebtorAdmin",
    "DepositAdmin",
    "QrSettlementAdmin",
    "RemittanceAdmin",
    "RemittanceTermsAdmin",
]
