"""The choices of the billing floor, with the words and colours staff see."""

from apps.billing.enums.deliveries import PaperKind, PaperState
from apps.billing.enums.dunning import DunningStatus
from apps.billing.enums.events import EVENT_DETAILS, EVENT_KINDS, EVENT_ROWS, EVENT_VALUES
from apps.billing.enums.payments import (
    AllocationKind,
    ChequeState,
    InvoiceKind,
    InvoiceState,
    ReceiptSource,
)
from apps.billing.enums.statements import (
    MATTER_KINDS,
    AgreedHow,
    BillingMatter,
    BlockerKind,
    ChargeKind,
    DisputeReason,
    DisputeState,
    Side,
    StatementFile,
    StatementState,
)
from apps.billing.enums.tax import (
    TAX_ANSWERS,
    EnteredBy,
    RedFormAction,
    RedFormState,
    RedReason,
    TaxEffect,
)
from apps.billing.enums.write_offs import WriteOffSeat, WriteOffState

__all__ = [
    "EVENT_DETAILS",
    "EVENT_KINDS",
    "EVENT_ROWS",
    "EVENT_VALUES",
    "MATTER_KINDS",
    "TAX_ANSWERS",
    "AgreedHow",
    "AllocationKind",
    "BillingMatter",
    "BlockerKind",
    "ChargeKind",
    "ChequeState",
    "DisputeReason",
    "DisputeState",
    "DunningStatus",
    "EnteredBy",
    "InvoiceKind",
    "InvoiceState",
    "PaperKind",
    "PaperState",
    "ReceiptSource",
    "RedFormAction",
    "RedFormState",
    "RedReason",
    "Side",
    "StatementFile",
    "StatementState",
    "TaxEffect",
    "WriteOffSeat",
    "WriteOffState",
]
