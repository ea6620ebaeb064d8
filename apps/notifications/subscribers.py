"""Every message to people or merchants begins with a recorded event."""

from apps.events.models import Event
from apps.events.subscriptions import subscribe_many
from apps.notifications.queries import notices
from apps.notifications.services import notify_about, settle_messages


def tell(events: list[Event]) -> None:
    """Idempotent: messages are unique by cause, recipient and channel."""
    notify_about(events)


def settle(events: list[Event]) -> None:
    """Idempotent: what is settled is found no more."""
    settle_messages(events)


for _kind in notices.HEARD_KINDS:
    # What one act does to a case, an order, a shipment makes one message.
    _noun = _kind.partition(".")[0]
    subscribe_many(_kind, name=f"notifications.{_kind}", turn=f"notifications.{_noun}")(tell)


for _kind in notices.SETTLED:
    subscribe_many(_kind, name=f"notifications.settle.{_kind}", turn="notifications.settle")(settle)


@subscribe_many("delivery.moved", name="notifications.follow_messages")
def follow_messages(events: list[Event]) -> None:
    """The apps below that want to know what became of their messages get it here."""
    notices.follow(events)
