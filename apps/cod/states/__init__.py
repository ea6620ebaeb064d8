"""Which state may follow which."""

from apps.cod.states.campaigns import RECIPIENT_MOVES
from apps.cod.states.changes import PROJECT_MOVES

__all__ = ["PROJECT_MOVES", "RECIPIENT_MOVES"]
