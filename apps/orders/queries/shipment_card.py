"""The shipment beside a case: where it is in one sentence, route, promise, proof (CMP-1)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from apps.accounts.models import User
from apps.core.crypto import decrypt
from apps.core.masking import mask_name
from apps.orders.models import WorkOrder
from apps.tracking.models import LateShipment, ProofOfDelivery, ReturnDocument, Waybill
from apps.tracking.queries import TimelineRow, masked_parties, timeline
from apps.tracking.wording import state_sentence

LAST_EVENTS = 4
# What stands around a shipment, each the newest, in one statement: every page of a case asks it.
_AROUND = """
SELECT o.id, o.number, u.display_name, u.username, u.kind, l.kind, d.state,
    p.signed_by, p.signed_at, p.packaging_intact
FROM (SELECT %(waybill)s::bigint AS id) w
LEFT JOIN LATERAL (SELECT o.id, o.number, o.owner_id FROM orders_workorder o
    JOIN orders_workorderwaybill i ON i.work_order_id = o.id AND i.waybill_id = w.id
    ORDER BY o.received_at DESC, o.id DESC LIMIT 1) o ON true
LEFT JOIN accounts_user u ON u.id = o.owner_id
LEFT JOIN LATERAL (SELECT kind FROM tracking_lateshipment
    WHERE waybill_id = w.id AND closed_at IS NULL ORDER BY id DESC LIMIT 1) l ON true
LEFT JOIN LATERAL (SELECT state FROM tracking_returndocument
    WHERE waybill_id = w.id ORDER BY owed_since, id LIMIT 1) d ON true
LEFT JOIN LATERAL (SELECT signed_by, signed_at, packaging_intact FROM tracking_proofofdelivery
    WHERE waybill_id = w.id ORDER BY id DESC LIMIT 1) p ON true
"""
RELATED = ("customer__agent", "responsible_unit", "carrier")


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
    """Whether the reader may see it is checked by whoever found ``waybill``. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, {"waybill": waybill.pk})
        around = cursor.fetchone()
    order, late, document, proof = _order(*around[:5]), around[5], around[6], around[7:]
    signed_by = decrypt(proof[0]) if proof[0] else ""
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
        order=order,
        late=LateShipment(kind=late) if late else None,
        proof=ProofOfDelivery(signed_at=proof[1], packaging_intact=proof[2]) if proof[1] else None,
        signed_by=mask_name(signed_by),
        document=ReturnDocument(state=document) if document else None,
    )


def _order(pk: int | None, number: str, name: str, username: str, kind: str) -> WorkOrder | None:
    if pk is None:
        return None
    owner = User(display_name=name, username=username, kind=kind) if username else None
    return WorkOrder(pk=pk, number=number, owner=owner)


def visible_card(waybill_id: int | None, user: User, at: datetime) -> ShipmentCard | None:
    """None when there is no shipment, or ``user`` may not see it."""
    if waybill_id is None or not user.has_perm("tracking.view_waybill"):
        return None
    visible = Waybill.objects.visible_to(user).select_related("responsible_unit", "carrier")
    waybill = visible.filter(pk=waybill_id).first()
    return shipment_card(waybill, at) if waybill else None
