"""A large claim for the leaders at once; a claim to decide for whoever may (CMP-6)."""

from collections.abc import Sequence

from apps.claims.models import Claim
from apps.core.notice_types import Notice, subject_link
from apps.events.models import Event

TOPIC_OF = {"claim.large": "staff.claim_large", "claim.assessed": "staff.claim_decision"}


def _told(events: Sequence[Event]) -> list[Notice]:
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


NOTICES = dict.fromkeys(TOPIC_OF, _told)
