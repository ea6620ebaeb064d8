from apps.billing.admin.deliveries import PaperDeliveryAdmin
from apps.billing.admin.disputes import DisputeAdmin
from apps.billing.admin.dunning import DunningNoticeAdmin, DunningPlanAdmin, OverduePayerAdmin
from apps.billing.admin.invoices import InvoiceAdmin
from apps.billing.admin.payments import ChequeAdmin, ReceiptAdmin
from apps.billing.admin.ratings import ShipmentRatingAdmin
from apps.billing.admin.red_forms import RedFormAdmin
from apps.billing.admin.statements import StatementAdmin
from apps.billing.admin.terms import BillingTermsAdmin
from apps.billing.admin.write_offs import WriteOffAdmin

__all__ = [
    "BillingTermsAdmin",
    "ChequeAdmin",
    "DisputeAdmin",
    "DunningNoticeAdmin",
    "DunningPlanAdmin",
    "InvoiceAdmin",
    "OverduePayerAdmin",
    "PaperDeliveryAdmin",
    "ReceiptAdmin",
    "RedFormAdmin",
    "ShipmentRatingAdmin",
    "StatementAdmin",
    "WriteOffAdmin",
]
