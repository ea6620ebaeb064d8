"""The moves of versions and quotes."""

from apps.core.states import MoveTable
from apps.pricing.enums import QuoteState, VersionState

VERSION_MOVES = MoveTable({VersionState.DRAFT: {VersionState.ACTIVE}, VersionState.ACTIVE: set()})
QUOTE_MOVES = MoveTable(
    {
        QuoteState.OPEN: {QuoteState.APPROVED, QuoteState.TURNED_DOWN},
        QuoteState.APPROVED: set(),
        QuoteState.TURNED_DOWN: set(),
    }
)
