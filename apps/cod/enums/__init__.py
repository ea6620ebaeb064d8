"""Choices of the COD floor, by noun."""

from apps.cod.enums.money import (
    OWED,
    PROVIDER_NUMBERS,
    UNPAID,
    CashUpState,
    DecisionKind,
    DecisionState,
    ItemState,
    TakingKind,
    TransitState,
)
from apps.cod.enums.remittances import (
    BEFORE_RELEASE,
    GONE_OUT,
    STANDING,
    Cycle,
    HoldReason,
    RemittanceFile,
    RemittanceState,
    RowKind,
    WaitReason,
)

__all__ = [
    "BEFORE_RELEASE",
    "GONE_OUT",
    "OWED",
    "PROVIDER_NUMBERS",
    "STANDING",
    "UNPAID",
    "CashUpState",
    "Cycle",
    "DecisionKind",
    "DecisionState",
    "HoldReason",
    "ItemState",
    "RemittanceFile",
    "RemittanceState",
    "RowKind",
    "TakingKind",
    "TransitState",
    "WaitReason",
]
