"""What rating is told of a shipment. Pure but for the table of areas."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from apps.core.areas import area_in
from apps.pricing.enums import BillingEvent
from apps.pricing.rating import Shipment
from apps.tracking.models import Waybill

SIGN_BACK = "sign_back"


def shipment_of(waybill: Waybill, collected: Decimal | None) -> Shipment:
    """The facts of a waybill that its price depends on; vehicle and distance are known to its order. The
    COD fee is for what was ``collected`` at the door, so there is none before (COD-7)."""
    return Shipment(
        origin=area_in(waybill.origin_city, waybill.sender_address),
        destination=area_in(waybill.destination_city, waybill.consignee_address),
        weight_g=waybill.weight_g or 0,
        volume_mm3=(waybill.volume_cm3 or 0) * 1000,
        pieces=waybill.pieces,
        insured_fen=_fen(waybill.insured_amount),
        cod_fen=_fen(collected),
        extras={SIGN_BACK: 1} if waybill.return_document_required else {},
    )


def _fen(amount: Decimal | None) -> int:
    return int((amount or 0) * 100)


def taken_on(waybill: Waybill) -> date:
    """The day whose prices count, however late it is rated: that of the order's confirming."""
    return timezone.localdate(waybill.issued_at)


def service_day(waybill: Waybill, event: str) -> date | None:
    """The day on which the event came that puts it into a month; None while it has not."""
    moments: dict[str, datetime | None] = {
        BillingEvent.CONFIRMED: waybill.issued_at,
        BillingEvent.PICKED_UP: waybill.picked_up_at or waybill.delivered_at,
        BillingEvent.DELIVERED: waybill.delivered_at,
    }
    moment = moments[event]
    return timezone.localdate(moment) if moment else None
