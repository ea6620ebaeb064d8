"""What other apps announced on the site, taken off it again."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from apps.core.database import in_callers_transaction
from apps.events.services import record
from apps.notifications.channels.site import SiteChannel
from apps.notifications.enums import ChannelName, DeliveryState, Effect, Step
from apps.notifications.models import Announcement, Delivery
from apps.notifications.services.people import withdraw_announcement
from apps.notifications.services.rows import move, note
from apps.notifications.states import WAITING

if TYPE_CHECKING:
    from apps.accounts.models import User


@in_callers_transaction()
def end_announcements(event_ids: Collection[int], *, reason: str, by: "User", at: datetime) -> int:
    """Take off the site what these events put there, and cancel what still waits to be put there. Return how many
    stood there. Each message is locked, so one that is being published now is either there already or never shown."""
    rows = Delivery.objects.filter(event__in=list(event_ids), channel=ChannelName.SITE)
    found = list(rows.select_for_update(of=("self",)).order_by("pk"))
    for delivery in found:
        if delivery.state in WAITING:
            _cancel(delivery, reason, by=by, at=at)
        elif delivery.state == DeliveryState.SENDING:
            # Its worker comes back with "published" and finds it withdrawn.
            SiteChannel().publish(delivery, at, withdrawn_at=at, withdrawn_by=by)
    # Not only what is current at ``at``: it may have been published while this act waited for the message.
    rest = Announcement.objects.filter(delivery__in=found, withdrawn_at=None).exclude(
        ends_at__lte=at
    )
    shown = list(rest.values_list("pk", flat=True))
    for pk in shown:
        withdraw_announcement(announcement_id=pk, by=by, at=at)
    return len(shown)


def _cancel(delivery: Delivery, reason: str, *, by: "User", at: datetime) -> None:
    move(delivery, DeliveryState.SUPPRESSED, now=at, reason="cancelled", chain="")
    note(delivery, Step.PERSON, Effect.SUPPRESSED, "cancelled", by=by, answer={"reason": reason})
    record("delivery.cancelled", delivery, by=by, at=at, data={"reason": reason})
