"""The shipment beside a case: where it is in one sentence, route, promise, proof (CMP-1)."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from apps.core.masking import mask_name
from apps.orders.models import WorkOrder
from apps.tracking.models import LateShipment, ProofOfDelivery, ReturnDocument, Waybill
from apps.tracking.queries import TimelineRow, masked_parties, timeline
from apps.tracking.wording import state_sentence

if TYPE_CHECKING:
    from apps.accounts.models import User

LAST_EVENTS = 4
RELATED = ("customer__agent", "responsible_unit", "carrier")
OWNER = ("owner__display_name", "owner__username", "owner__kind")


@dataclass(frozen=True, slots=True)
class ShipmentCard:
    """One shipment as it stands, personal data masked."""

    waybill: Waybill
    sentence: str
    parties: dict[str, str]
    events: list[TimelineRow]
    order: WorkOrder | None
    late: LateShipment | None
    proof: ProofOfDelivery | None
    signed_by: str
    document: ReturnDocument | None


def shipment_card(waybill: Waybill, at: datetime) -> ShipmentCard:
    """Whether the reader may see it is checked by whoever found ``waybill``. Five queries."""
    proofs = ProofOfDelivery.objects.only("signed_by", "signed_at", "packaging_intact")
    proof = proofs.filter(waybill=waybill).order_by("-pk").first()
    orders = WorkOrder.objects.select_related("owner").only("number", *OWNER)
    late = LateShipment.objects.open().only("kind")
    return ShipmentCard(
        waybill=waybill,
        sentence=state_sentence(
            waybill.status,
            waybill.status_reason,
            expected_at=waybill.expected_at,
            promised_at=waybill.promised_at,
            status_at=waybill.status_at,
            at=at,
        ),
        parties=masked_parties(waybill),
        events=[row for row in timeline(waybill) if row.is_live][:LAST_EVENTS],
        order=orders.filter(issued__waybill=waybill).first(),
        late=late.filter(waybill=waybill).first(),
        proof=proof,
        signed_by=mask_name(proof.signed_by) if proof else "",
        document=ReturnDocument.objects.only("state").filter(waybill=waybill).first(),
    )


def visible_card(waybill_id: int | None, user: "User", at: datetime) -> ShipmentCard | None:
    """None when there is no shipment, or ``user`` may not see it."""
    if waybill_id is None or not user.has_perm("tracking.view_waybill"):
        return None
    visible = Waybill.objects.visible_to(user).select_related("responsible_unit", "carrier")
    waybill = visible.filter(pk=waybill_id).first()
    return shipment_card(waybill, at) if waybill else None
