"""Staff pages of the COD floor."""

from apps.cod.admin.remittance_terms import RemittanceTermsAdmin
from apps.cod.admin.remittances import RemittanceAdmin

__all__ = ["RemittanceAdmin", "RemittanceTermsAdmin"]
