"""Which state may follow which."""

from apps.core.states import MoveTable
from apps.incidents.enums import IncidentState as S

INCIDENT_MOVES = MoveTable(
    {
        S.DECLARED: {S.STABLE, S.WITHDRAWN},
        S.STABLE: {S.OVER},
        S.OVER: {S.CLOSED},
        S.CLOSED: set(),
        S.WITHDRAWN: set(),
    }
)
