"""Messages that ask for something which somebody has done: the bell counts them no longer, and what still waits is
not sent."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from apps.core.database import database_now
from apps.events.models import Event
from apps.notifications.enums import ChannelName, DeliveryState
from apps.notifications.models import Delivery
from apps.notifications.queries.notices import SETTLED
from apps.notifications.services.rows import move
from apps.notifications.states import WAITING

REASON = "settled"
_TO = {
    **dict.fromkeys(WAITING, DeliveryState.SUPPRESSED),
    DeliveryState.DELIVERED: DeliveryState.READ,
}


@transaction.atomic
def settle_messages(events: Sequence[Event]) -> int:
    """What these events settled; how many messages. Idempotent: what is settled is found no more."""
    about = Q()
    for event in events:
        about |= Q(
            topic=SETTLED[event.kind],
            event__in=Event.objects.filter(
                subject_type=event.subject_type, subject_id=event.subject_id, pk__lt=event.pk
            ).values("pk"),
        )
    unread = Q(channel=ChannelName.IN_APP, state=DeliveryState.DELIVERED)
    rows = Delivery.objects.filter(about, unread | Q(state__in=WAITING))
    now, done = database_now(), 0
    for row in rows.select_for_update(of=("self",)).order_by("pk"):
        move(row, _TO[DeliveryState(row.state)], now=now, reason=REASON)
        done += 1
    return done
