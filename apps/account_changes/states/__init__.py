"""Which state may follow which."""

from apps.account_changes.states.campaigns import RECIPIENT_MOVES
from apps.account_changes.states.changes import PROJECT_MOVES

__all__ = ["PROJECT_MOVES", "RECIPIENT_MOVES"]
