"""What tracking tells the orders (TRK-3)."""

from apps.accounts.models import User
from apps.events.models import Event
from apps.events.subscriptions import subscribe_many
from apps.orders import services

# Each order among them stays locked until all are done, and an agent may be working on one.
MOST = 50


@subscribe_many("waybill.status_changed", name="orders.follow_waybill", most=MOST)
def follow_waybills(events: list[Event]) -> None:
    people = User.objects.in_bulk({event.by_id for event in events})
    services.follow_waybills(
        [services.Seen(int(event.subject_id), people[event.by_id], event.at) for event in events]
    )
