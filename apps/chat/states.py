"""Which state of a chat may follow which, and what each means to the agents."""

from apps.chat.enums import ChatState as H
from apps.core.states import MoveTable

CHAT_MOVES = MoveTable(
    {
        # Left before anyone answered, it is filed or dismissed without having been a talk.
        H.QUEUED: {H.OFFERED, H.TALKING, H.FILED, H.DISMISSED},
        H.OFFERED: {H.TALKING, H.QUEUED, H.FILED, H.DISMISSED},
        # The agent was cut off; handed to a colleague; over.
        H.TALKING: {H.QUEUED, H.OFFERED, H.OVER, H.FILED, H.DISMISSED},
        H.OVER: {H.FILED, H.DISMISSED},
        H.FILED: set(),
        H.DISMISSED: set(),
    }
)
# Both sides may still write.
CHAT_LIVE = frozenset({H.QUEUED, H.OFFERED, H.TALKING})
# It takes an agent's attention.
CHAT_IN_HAND = frozenset({H.OFFERED, H.TALKING})
CHAT_WITH_AGENT = frozenset({H.OFFERED, H.TALKING, H.OVER})
CHAT_OVER = frozenset({H.OVER, H.FILED, H.DISMISSED})
