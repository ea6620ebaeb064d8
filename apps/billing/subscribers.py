"""What billing hears of: a shipment has come so far that it is charged (BIL-1); a statement was sent,
whose paper is hashed outside the act of sending (BIL-7)."""

from django.utils import timezone

from apps.accounts.queries import system_user
from apps.billing import services
from apps.events.models import Event
from apps.events.subscriptions import subscribe, subscribe_many

# Each of them may open a statement, whose row others wait for.
MOST = 200


@subscribe_many("waybill.status_changed", name="billing.charge_shipments", most=MOST)
def charge_shipments(events: list[Event]) -> None:
    ids = {int(event.subject_id) for event in events}
    services.charge_shipments(waybill_ids=ids, by=system_user("billing"), at=timezone.now())


@subscribe("statement.sent", name="billing.keep_paper_hash")
def keep_paper_hash(event: Event) -> None:
    services.keep_paper_hash(statement_id=int(event.subject_id))
