"""What claims hear of: “lost” was decided, a case was closed, what became of a transfer (CMP-6)."""

from django.utils import timezone

from apps.accounts.queries import system_user
from apps.claims import services
from apps.claims.models import ClaimPayment
from apps.events.models import Event
from apps.events.subscriptions import subscribe_many
from apps.quality.enums import ExceptionKind
from apps.quality.models import ExceptionReport

MOST = 100
TURN = "claims.payouts"
PAYMENT = ClaimPayment._meta.label_lower


@subscribe_many("exception.decided", name="claims.draft_lost", most=MOST)
def draft_lost(events: list[Event]) -> None:
    ids = {int(event.subject_id) for event in events}
    lost = ExceptionReport.objects.filter(
        pk__in=ids, kind=ExceptionKind.LOST, waybill__isnull=False
    )
    by, at = system_user("claims"), timezone.now()
    for report in lost.select_related("waybill__customer__unit", "case", "owner").order_by("pk"):
        services.draft_lost(exception=report, by=by, at=at)


@subscribe_many("case.closed_after_hold", name="claims.close_paid", most=MOST)
def close_paid(events: list[Event]) -> None:
    ids = sorted({int(event.subject_id) for event in events})
    services.close_with_cases(case_ids=ids, by=system_user("claims"), at=timezone.now())


@subscribe_many("payout.released", name="claims.payout_released", most=MOST, turn=TURN)
@subscribe_many("payout.paid", name="claims.payout_paid", most=MOST, turn=TURN)
@subscribe_many("payout.returned", name="claims.payout_returned", most=MOST, turn=TURN)
@subscribe_many("payout.cancelled", name="claims.payout_cancelled", most=MOST, turn=TURN)
def follow_payouts(events: list[Event]) -> None:
    ours = [
        (int(event.data["subject_id"]), event.kind)
        for event in events
        if event.data.get("subject_type") == PAYMENT
    ]
    if ours:
        services.follow_payouts(payouts=ours, by=system_user("claims"), at=timezone.now())
