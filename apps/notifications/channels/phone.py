"""A call by a person: what every chain ends in when nothing else got through."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.notifications.channels.base import Channel, Message, Outcome
from apps.notifications.enums import ChannelName, Effect, TaskReason
from apps.notifications.models import PhoneTask

if TYPE_CHECKING:
    from apps.notifications.models import Delivery

URGENT_WITHIN = timedelta(minutes=30)
WITHIN = timedelta(hours=4)


class PhoneChannel(Channel):
    name = ChannelName.PHONE
    label = _("Phone call by a person")
    idempotent = True
    # The caller has to say whom they are looking for.
    shows = frozenset({"name"})

    def pace(self) -> tuple[float, float]:
        return 10_000.0, 10_000.0

    def send(self, message: Message) -> Outcome:
        return Outcome(Effect.HANDED_OVER, "queued_for_a_call")

    def settle(self, delivery: "Delivery", outcome: Outcome) -> None:
        reason = TaskReason.FALLBACK if delivery.previous_id else TaskReason.POLICY
        add_task(delivery, reason)


def add_task(delivery: "Delivery", reason: TaskReason) -> None:
    """Put a call for this message into the queue, unless it is there."""
    within = URGENT_WITHIN if delivery.urgent else WITHIN
    PhoneTask.objects.get_or_create(
        delivery=delivery, defaults={"reason": reason, "due_at": timezone.now() + within}
    )
