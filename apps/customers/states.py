"""Which state may follow which."""

from apps.core.states import MoveTable
from apps.customers.enums import AuthorisationState, CustomerStatus, HandoverState

CUSTOMER_MOVES = MoveTable(
    {
        CustomerStatus.PROSPECT: {
            CustomerStatus.TRIAL,
            CustomerStatus.ACTIVE,
            CustomerStatus.CLOSED,
        },
        CustomerStatus.TRIAL: {
            CustomerStatus.ACTIVE,
            CustomerStatus.SUSPENDED,
            CustomerStatus.CLOSED,
        },
        CustomerStatus.ACTIVE: {CustomerStatus.SUSPENDED, CustomerStatus.CLOSED},
        CustomerStatus.SUSPENDED: {
            CustomerStatus.TRIAL,
            CustomerStatus.ACTIVE,
            CustomerStatus.CLOSED,
        },
        # A company that comes back starts as a prospect: its papers are looked at again.
        CustomerStatus.CLOSED: {CustomerStatus.PROSPECT},
    }
)

# A rejected signature sends the form back to draft; “turned down” ends it for good.
HANDOVER_MOVES = MoveTable(
    {
        HandoverState.DRAFT: {HandoverState.IN_SIGNING, HandoverState.REJECTED},
        HandoverState.IN_SIGNING: {
            HandoverState.ACCEPTED,
            HandoverState.DRAFT,
            HandoverState.REJECTED,
        },
        HandoverState.ACCEPTED: set(),
        HandoverState.REJECTED: set(),
    }
)

AUTHORISATION_MOVES = MoveTable(
    {
        AuthorisationState.OPEN: {
            AuthorisationState.FULFILLED,
            AuthorisationState.REPLACED,
            AuthorisationState.WITHDRAWN,
        },
        AuthorisationState.FULFILLED: set(),
        AuthorisationState.REPLACED: set(),
        AuthorisationState.WITHDRAWN: set(),
    }
)
