"""What may be done with a red form, and when. Pure."""

from apps.billing.enums import EnteredBy, RedFormState, RedWish

_TELL = {
    (EnteredBy.SELLER, RedFormState.PENDING): {RedWish.WITHDRAW},
    (EnteredBy.SELLER, RedFormState.CONFIRMED): {RedWish.WITHDRAW},
    (EnteredBy.BUYER, RedFormState.PENDING): {RedWish.CONFIRM, RedWish.REFUSE},
}


def may_wish(entered_by: str, state: str, wish: RedWish) -> bool:
    """Whoever entered a form may withdraw it, the other side confirm or refuse it (papers of
    confirmInfoCancel and confirm)."""
    return wish in _TELL.get((EnteredBy(entered_by), RedFormState(state)), set())
