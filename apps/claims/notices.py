"""A large claim for the leaders at once; a claim to decide for whoever may; what was approved for the claimant (CMP-6)."""

from collections.abc import Sequence
from decimal import Decimal

from apps.claims.enums import ClaimState
from apps.claims.models import Claim
from apps.claims.queries.public import is_claimants_case
from apps.complaints.enums import CaseChannel
from apps.complaints.queries.links import token_of
from apps.core.money import format_money
from apps.core.notice_types import Notice, subject_link
from apps.core.phones import is_mobile
from apps.core.public_links import public_link
from apps.events.models import Event

TOPIC_OF = {"claim.large": "staff.claim_large", "claim.assessed": "staff.claim_decision"}


def _notices(events: Sequence[Event]) -> list[Notice]:
    """Set-based; events that name nobody are nobody's news, and nobody is told of what they did."""
    named = [event for event in events if event.data.get("people")]
    ids = {int(event.subject_id) for event in named}
    rows = Claim.objects.select_related("waybill", "customer").in_bulk(ids) if ids else {}
    found = []
    for event in named:
        claim = rows.get(int(event.subject_id))
        people = [pk for pk in event.data["people"] if pk != event.by_id]
        if claim is None or not people:
            continue
        amount = event.data.get("amount") or event.data.get("claimed") or ""
        found.append(
            Notice(
                topic=TOPIC_OF[event.kind],
                cause=f"event:{event.pk}",
                at=event.at,
                event=event,
                waybill=claim.waybill,
                customer=claim.customer,
                unit_id=claim.unit_id,
                data={"number": claim.number, "detail": f"¥{amount}", "when": event.at},
                people=people,
                link=subject_link(event),
            )
        )
    return found


def _approved(events: Sequence[Event]) -> list[Notice]:
    """The claimant is asked whether they agree, once for each amount: on the page of their case where that is
    theirs, else by whom we have of them. What was agreed at the door or is void by now is no news."""
    ids = {int(event.subject_id) for event in events}
    related = ("waybill", "customer", "case")
    claims = Claim.objects.filter(state=ClaimState.APPROVED).select_related(*related).in_bulk(ids)
    found = []
    for event in events:
        claim = claims.get(int(event.subject_id))
        if claim is None or claim.decided_at != event.at:
            continue
        notice = Notice(
            topic="claim.approved_call",
            cause=f"event:{event.pk}",
            at=event.at,
            event=event,
            waybill=claim.waybill,
            unit_id=claim.unit_id,
            data={
                "claim": claim.number,
                "amount": format_money(claim.approved or Decimal(0)),
                "number": claim.waybill.number,
                "when": event.at,
            },
        )
        _address(notice, claim)
        found.append(notice)
    return found


def _address(notice: Notice, claim: Claim) -> None:
    case = claim.case
    if case is not None and case.channel != CaseChannel.API and is_claimants_case(claim, case):
        notice.topic, notice.case = "claim.approved", case
        notice.link = public_link("portal:case", token_of(case))
    elif claim.customer is not None:
        notice.customer = claim.customer
    elif is_mobile(claim.party_phone):
        notice.addressee = ("sms", claim.party_phone, "zh-hans")


NOTICES = dict.fromkeys(TOPIC_OF, _notices) | {"claim.approved": _approved}
