"""Which state may follow which."""

from apps.core.states import MoveTable
from apps.reports.enums import DailyState as D
from apps.reports.enums import SummaryState as S

DAILY_MOVES = MoveTable({D.OPEN: {D.CLOSED}, D.CLOSED: set()})
# Back to a draft: sent back by whose turn it is, or changed. What was sent stays.
SUMMARY_MOVES = MoveTable(
    {
        S.DRAFT: {S.WRITTEN},
        S.WRITTEN: {S.PROJECT, S.DRAFT},
        S.PROJECT: {S.DIRECTOR, S.DRAFT},
        S.DIRECTOR: {S.SIGNED, S.DRAFT},
        S.SIGNED: {S.SENT, S.DRAFT},
        S.SENT: set(),
    }
)
# Each signature moves it on.
NEXT = {S.WRITTEN: S.PROJECT, S.PROJECT: S.DIRECTOR, S.DIRECTOR: S.SIGNED}
