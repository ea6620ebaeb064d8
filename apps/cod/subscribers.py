"""What the COD floor hears of: a waybill was issued, its proof of delivery was recorded, a bank line was undone;
a payout has an outcome, a statement was sent (COD-7)."""

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.queries import system_user
from apps.billing.services import rate_again
from apps.cod import services
from apps.events.models import Event
from apps.events.subscriptions import subscribe, subscribe_many

# Each of them holds items that others wait for.
MOST = 200


def _ids(events: list[Event]) -> set[int]:
    return {int(event.subject_id) for event in events}


@subscribe_many("waybill.issued", name="cod.open_items", most=MOST)
def open_items(events: list[Event]) -> None:
    ids = _ids([event for event in events if event.data.get("cod")])
    if ids:
        services.open_items(waybill_ids=ids, by=system_user("cod"), at=timezone.now())


@subscribe_many("waybill.proof_recorded", name="cod.collect", most=MOST, turn="cod.proofs")
@subscribe_many("waybill.proof_corrected", name="cod.collect_again", most=MOST, turn="cod.proofs")
def collect(events: list[Event]) -> None:
    """And the COD fee is charged with it, once: rated again, the price has the fee for what was collected,
    and the difference is charged; nothing where it is in the first charge already."""
    paid = _ids([event for event in events if event.data.get("cod_paid") is not None])
    ids = paid | _ids([event for event in events if event.data.get("courier")])
    if not ids:
        return
    by, at = system_user("cod"), timezone.now()
    services.collect(waybill_ids=ids, by=by, at=at)
    if paid:
        rate_again(waybill_ids=paid, reason=_("COD collected"), by=by, at=at)


@subscribe_many("bankline.undone", name="cod.unsee", most=MOST)
def unsee(events: list[Event]) -> None:
    ids, by, at = _ids(events), system_user("cod"), timezone.now()
    services.unsee(line_ids=ids, by=by, at=at)
    services.unsee_claw_backs(line_ids=ids, by=by, at=at)


@subscribe("payout.paid", name="cod.payout_paid")
@subscribe("payout.unclear", name="cod.payout_unclear")
@subscribe("payout.returned", name="cod.payout_returned")
@subscribe("payout.cancelled", name="cod.payout_cancelled")
def follow_payout(event: Event) -> None:
    services.follow_payout(
        payout_id=int(event.subject_id), by=system_user("cod"), at=timezone.now()
    )


@subscribe_many("statement.sent", name="cod.settle_statements", most=MOST)
def settle_statements(events: list[Event]) -> None:
    """What remittances took off for them meanwhile."""
    services.settle_statements(statement_ids=_ids(events), by=system_user("cod"), at=timezone.now())
