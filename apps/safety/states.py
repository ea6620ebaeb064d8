"""How findings, alerts, checks and their follow-ups move."""

from apps.core.states import MoveTable
from apps.safety.enums import AlertState, CheckState, FindingState, FollowUpState

FINDING_MOVES = MoveTable({FindingState.OPEN: {FindingState.EXPLAINED}})
ALERT_MOVES = MoveTable(
    {
        AlertState.OPEN: {AlertState.HARMLESS, AlertState.INVESTIGATED},
        # Looked at by two of us: what one found harmless another may still look into.
        AlertState.HARMLESS: {AlertState.INVESTIGATED},
    }
)
CHECK_MOVES = MoveTable({CheckState.DUE: {CheckState.DONE, CheckState.DROPPED}})
FOLLOW_UP_MOVES = MoveTable({FollowUpState.WAITING: {FollowUpState.PUT_RIGHT}})
