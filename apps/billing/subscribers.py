"""What billing hears of: a shipment has come so far that it is charged, or was weighed (BIL-1), a signed receipt
is owed or back (BIL-3), the bank's line is
somebody's payment (BIL-5), a statement or a dunning letter was sent, whose paper is hashed outside the act of
sending (BIL-6, BIL-7)."""

from collections import defaultdict
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.queries import system_user
from apps.billing import services
from apps.events.models import Event
from apps.events.subscriptions import subscribe, subscribe_many
from apps.tracking.enums import Status

# Each of them may open a statement, whose row others wait for.
MOST = 200
# The statuses with which an event that puts a shipment into a month can have come.
FIRST = frozenset({Status.PICKED_UP, Status.DELIVERED})


@subscribe_many("waybill.status_changed", name="billing.charge_shipments", most=MOST)
def charge_shipments(events: list[Event]) -> None:
    """And the clocks of their signed receipts begin: one subscriber, for this is heard of each shipment."""
    ids = {int(event.subject_id) for event in events if event.data.get("to") in FIRST}
    if not ids:
        return
    by, at = system_user("billing"), timezone.now()
    services.charge_shipments(waybill_ids=ids, by=by, at=at)
    delivered = {
        int(event.subject_id) for event in events if event.data.get("to") == Status.DELIVERED
    }
    if delivered:
        services.time_signed_receipts(waybill_ids=delivered, by=by, at=at)


@subscribe_many("returndocument.moved", name="billing.end_signed_receipts", most=MOST)
def end_signed_receipts(events: list[Event]) -> None:
    ids = {int(event.subject_id) for event in events}
    services.end_signed_receipts(document_ids=ids, by=system_user("billing"), at=timezone.now())


@subscribe_many("waybill.weighed", name="billing.rate_weighed", most=MOST)
def rate_weighed(events: list[Event]) -> None:
    """The newest weighing of each shipment gives the reason."""
    reasons: dict[int, str] = {}
    for event in events:
        reasons[int(event.subject_id)] = _("Weighed: %(weight)s, before %(before)s") % {
            "weight": " ".join(filter(None, (event.data["weight"], event.data["volume"]))),
            "before": event.data["weight_before"] or "—",
        }
    by_reason: dict[str, list[int]] = defaultdict(list)
    for pk, reason in reasons.items():
        by_reason[reason].append(pk)
    for reason, ids in sorted(by_reason.items()):
        by, at = system_user("billing"), timezone.now()
        services.rate_again(waybill_ids=ids, reason=reason, by=by, at=at)


@subscribe_many("bankline.undone", name="billing.settle_undone", most=MOST, turn="billing.lines")
@subscribe_many("bankline.identified", name="billing.settle_lines", most=MOST, turn="billing.lines")
def settle_lines(events: list[Event]) -> None:
    ids = {int(event.subject_id) for event in events}
    services.settle_lines(line_ids=ids, by=system_user("billing"), at=timezone.now())


@subscribe("claim.set_off", name="billing.set_off_claim")
def set_off_claim(event: Event) -> None:
    services.set_off_claim(
        payment_id=event.data["payment"],
        number=event.data["number"],
        customer_id=event.data["customer"],
        waybill=event.data["waybill"],
        amount=Decimal(event.data["amount"]),
        by=system_user("billing"),
        at=event.at,
    )


@subscribe("statement.sent", name="billing.store_paper_hash")
def store_paper_hash(event: Event) -> None:
    services.store_paper_hash(statement_id=int(event.subject_id))


@subscribe("dunning.sent", name="billing.store_letter_hash")
def store_letter_hash(event: Event) -> None:
    services.store_letter_hash(notice_id=int(event.subject_id))
