from apps.billing.models.charges import Charge
from apps.billing.models.deliveries import PaperDelivery
from apps.billing.models.disputes import Dispute, DisputeEntry
from apps.billing.models.dunning import (
    DunningItem,
    DunningLevel,
    DunningNotice,
    DunningPaper,
    DunningPlan,
    OverduePayer,
    PaymentPromise,
)
from apps.billing.models.invoices import Invoice, InvoiceLine
from apps.billing.models.papers import StatementPaper
from apps.billing.models.payments import Allocation, Cheque, DoorPayment, Receipt
from apps.billing.models.ratings import ShipmentRating
from apps.billing.models.statement_parts import Blocker, StatementTotal
from apps.billing.models.statements import Statement
from apps.billing.models.tax import RedForm, RedLine, TaxProvider
from apps.billing.models.terms import BillingTerms
from apps.billing.models.write_offs import WriteOff

__all__ = [
    "Allocation",
    "BillingTerms",
    "Blocker",
    "Charge",
    "Cheque",
    "Dispute",
    "DisputeEntry",
    "DoorPayment",
    "DunningItem",
    "DunningLevel",
    "DunningNotice",
    "DunningPaper",
    "DunningPlan",
    "Invoice",
    "InvoiceLine",
    "OverduePayer",
    "PaperDelivery",
    "PaymentPromise",
    "Receipt",
    "RedForm",
    "RedLine",
    "ShipmentRating",
    "Statement",
    "StatementPaper",
    "StatementTotal",
    "TaxProvider",
    "WriteOff",
]
