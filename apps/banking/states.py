"""How a bank file moves; a held one is a person's to judge."""

from apps.banking.enums import AccountState, FileState
from apps.core.states import MoveTable

FILE_MOVES = MoveTable({FileState.HELD: {FileState.TAKEN, FileState.DROPPED}})
ACCOUNT_MOVES = MoveTable({AccountState.OPEN: {AccountState.CLOSED}})
