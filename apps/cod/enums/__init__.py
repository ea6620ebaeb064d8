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

__all__ = [
    "OWED",
    "PROVIDER_NUMBERS",
    "UNPAID",
    "CashUpState",
    "DecisionKind",
    "DecisionState",
    "ItemState",
    "TakingKind",
    "TransitState",
]
