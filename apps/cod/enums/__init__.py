"""Choices of the COD floor, by noun."""

from apps.cod.enums.money import (
    MATTER_KINDS,
    OWED,
    PROVIDER_NUMBERS,
    UNPAID,
    CashUpState,
    CodMatter,
    DecisionKind,
    DecisionSeat,
    DecisionState,
    ItemState,
    TakingKind,
    TransitState,
)
from apps.cod.enums.news import EVENT_DETAILS, EVENT_KINDS, EVENT_VALUES

__all__ = [
    "EVENT_DETAILS",
    "EVENT_KINDS",
    "EVENT_VALUES",
    "MATTER_KINDS",
    "OWED",
    "PROVIDER_NUMBERS",
    "UNPAID",
    "CashUpState",
    "CodMatter",
    "DecisionKind",
    "DecisionSeat",
    "DecisionState",
    "ItemState",
    "TakingKind",
    "TransitState",
]
