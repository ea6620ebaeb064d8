"""What this floor hears of: money at an account that is over, orders that may name one (COD-4)."""

from django.utils import timezone

from apps.accounts.queries import system_user
from apps.cod.services import changes
from apps.events.models import Event
from apps.events.subscriptions import subscribe_many

MOST = 100


@subscribe_many("bankline.at_ended_account", name="cod.follow_late_money", most=MOST)
def follow_late_money(events: list[Event]) -> None:
    lines = {int(event.subject_id): event.data.get("customer") for event in events}
    changes.follow_late_money(lines=lines, by=system_user("billing"), at=timezone.now())


@subscribe_many("workorder.confirmed", name="cod.follow_naming_orders", most=500)
def follow_naming_orders(events: list[Event]) -> None:
    ids = {int(event.subject_id) for event in events}
    changes.follow_naming_orders(order_ids=ids, at=timezone.now())
