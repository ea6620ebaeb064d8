"""Which moves are allowed; everything else is refused."""

from apps.core.states import MoveTable
from apps.inquiries.enums import BindingState, MessageState, Monitor

MESSAGE_MOVES = MoveTable(
    {
        MessageState.WAITING: {MessageState.SENDING, MessageState.IGNORED},
        # Back to waiting: the server certainly did not take it.
        MessageState.SENDING: {
            MessageState.ANSWERED,
            MessageState.WAITING,
            MessageState.FAILED,
            MessageState.UNCLEAR,
        },
        MessageState.FAILED: {MessageState.WAITING, MessageState.IGNORED},
        MessageState.UNCLEAR: {
            MessageState.WAITING,
            MessageState.ANSWERED,
            MessageState.IGNORED,
        },
    }
)
BINDING_MOVES = MoveTable(
    {
        BindingState.PENDING: {BindingState.ACTIVE, BindingState.ENDED},
        BindingState.ACTIVE: {BindingState.ENDED},
    }
)
MONITOR_MOVES = MoveTable(
    {
        Monitor.POLLING: {Monitor.SHUTDOWN, Monitor.ABORT, Monitor.STOPPED},
        # News after the end is told as "updateall".
        Monitor.SHUTDOWN: {Monitor.POLLING, Monitor.STOPPED},
        Monitor.ABORT: {Monitor.POLLING, Monitor.SHUTDOWN, Monitor.STOPPED},
        Monitor.STOPPED: {Monitor.POLLING},
    }
)
