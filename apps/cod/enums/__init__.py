"""Choices of the COD floor, by noun."""

from apps.cod.enums import news, remittance_news
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
from apps.cod.enums.news import REFUSED
from apps.cod.enums.remittances import (
    BEFORE_RELEASE,
    GONE_OUT,
    STANDING,
    AdvancePolicyState,
    Cycle,
    HoldReason,
    RemittanceFile,
    RemittanceState,
    RowKind,
    WaitReason,
)

EVENT_KINDS = news.EVENT_KINDS | remittance_news.EVENT_KINDS
EVENT_DETAILS = news.EVENT_DETAILS | remittance_news.EVENT_DETAILS
EVENT_MONEY = ("expected", "gross", "fee")
EVENT_VALUES = news.EVENT_VALUES | remittance_news.EVENT_VALUES

__all__ = [
    "BEFORE_RELEASE",
    "EVENT_DETAILS",
    "EVENT_KINDS",
    "EVENT_MONEY",
    "EVENT_VALUES",
    "GONE_OUT",
    "MATTER_KINDS",
    "OWED",
    "PROVIDER_NUMBERS",
    "REFUSED",
    "STANDING",
    "UNPAID",
    "AdvancePolicyState",
    "CashUpState",
    "CodMatter",
    "Cycle",
    "DecisionKind",
    "DecisionSeat",
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
