"""What this floor hears of: money at an account that is over, orders that may name one (COD-4); customers who come
while an account changes (COD-3); answers to what customers said (COD-5)."""

from datetime import datetime

from django.utils import timezone

from apps.account_changes.services import campaigns, changes
from apps.accounts.queries import system_user
from apps.events.models import Event
from apps.events.subscriptions import subscribe_many

MOST = 100


@subscribe_many("bankline.at_ended_account", name="account_changes.follow_late_money", most=MOST)
def follow_late_money(events: list[Event]) -> None:
    lines = {int(event.subject_id): event.data.get("customer") for event in events}
    changes.follow_late_money(lines=lines, by=system_user("billing"), at=timezone.now())


@subscribe_many("workorder.confirmed", name="account_changes.follow_naming_orders", most=500)
def follow_naming_orders(events: list[Event]) -> None:
    ids = {int(event.subject_id) for event in events}
    changes.follow_naming_orders(order_ids=ids, at=timezone.now())


# After each of these somebody may pay into an account that changes who did not before.
BECOMES_AFFECTED = (
    "customer.trial_started",
    "customer.activated",
    "customer.resumed",
    "bankaccount.assigned",
    "accountchange.resumed",
)


def tell_late_customers(events: list[Event]) -> None:
    campaigns.tell_late_customers(by=system_user("sweeper"), at=timezone.now())


for _kind in BECOMES_AFFECTED:
    subscribe_many(
        _kind,
        name=f"account_changes.tell_late/{_kind}",
        most=500,
        turn="account_changes.tell_late",
    )(tell_late_customers)


@subscribe_many(
    "case.message_out", name="account_changes.note_answers", turn="account_changes.answers"
)
@subscribe_many("case.call_out", name="account_changes.note_calls", turn="account_changes.answers")
def note_answers(events: list[Event]) -> None:
    """The first answer in the case behind a customer's feedback; a call that reached nobody is none."""
    first: dict[int, tuple[datetime, int]] = {}
    for event in events:
        if event.kind == "case.message_out" or event.data.get("reached"):
            first.setdefault(int(event.subject_id), (event.at, event.by_id))
    campaigns.note_answers(first)
