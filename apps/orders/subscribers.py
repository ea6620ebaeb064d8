"""What tracking tells the orders (TRK-3), and the clocks (ORD-5)."""

from apps.accounts.models import User
from apps.events.models import Event
from apps.events.subscriptions import subscribe_many
from apps.orders import services
from apps.orders.models import FollowUpTask, WorkOrder

# Each order among them stays locked until all are done, and an agent may be working on one.
MOST = 200


@subscribe_many("waybill.status_changed", name="orders.follow_waybill", most=MOST)
def follow_waybills(events: list[Event]) -> None:
    people = User.objects.in_bulk({event.by_id for event in events})
    services.follow_waybills(
        [
            services.WaybillMoved(int(event.subject_id), people[event.by_id], event.at)
            for event in events
        ]
    )


@subscribe_many("clock.due_moved", name="orders.copy_dues")
def copy_dues(events: list[Event]) -> None:
    for model in (WorkOrder, FollowUpTask):
        mine = {int(e.subject_id) for e in events if e.subject_type == model._meta.label_lower}
        if mine:
            services.copy_dues(sorted(mine), model)
