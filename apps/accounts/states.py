"""How somebody of the company's directory is let in."""

from apps.accounts.enums import IdentityState as I
from apps.core.states import MoveTable

IDENTITY_MOVES = MoveTable[I](
    {
        I.WAITING: {I.ADMITTED, I.REFUSED},
        # None of their groups brings a role any more, and nobody gave them one by hand.
        I.ADMITTED: {I.WAITING},
        I.REFUSED: {I.ADMITTED},
    }
)
