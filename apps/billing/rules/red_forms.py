"""What may be done with a red form, and when. Pure."""

from apps.billing.enums import EnteredBy, RedFormAction, RedFormState

_TELL = {
    (EnteredBy.SELLER, RedFormState.PENDING): {RedFormAction.WITHDRAW},
    (EnteredBy.SELLER, RedFormState.CONFIRMED): {RedFormAction.WITHDRAW},
    (EnteredBy.BUYER, RedFormState.PENDING): {RedFormAction.CONFIRM, RedFormAction.REFUSE},
}


def may_act(entered_by: str, state: str, action: RedFormAction) -> bool:
    """Whoever entered a form may withdraw it, the other side confirm or refuse it (papers of
    confirmInfoCancel and confirm)."""
    return action in _TELL.get((EnteredBy(entered_by), RedFormState(state)), set())
