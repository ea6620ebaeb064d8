"""Which state may follow which."""

from apps.cod.states.changes import PROJECT_MOVES

__all__ = ["PROJECT_MOVES"]
