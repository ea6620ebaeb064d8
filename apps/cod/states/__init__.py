"""Which state may follow which, by noun."""

from apps.cod.states.money import CASH_UP_MOVES, DECISION_MOVES, ITEM_MOVES, TRANSIT_MOVES
from apps.cod.states.remittances import ADVANCE_POLICY_MOVES, REMITTANCE_MOVES

__all__ = [
    "ADVANCE_POLICY_MOVES",
    "CASH_UP_MOVES",
    "DECISION_MOVES",
    "ITEM_MOVES",
    "REMITTANCE_MOVES",
    "TRANSIT_MOVES",
]
