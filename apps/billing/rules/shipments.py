"""What rating is told of a shipment. Pure but for the table of areas."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from apps.core.areas import areas_named
from apps.pricing.enums import BillingEvent
from apps.pricing.rating import Shipment
from apps.tracking.models import Waybill

SIGN_BACK = "sign_back"


def area_code(city: str) -> str:
    """The code of GB/T 2260 of a city by its name; "" where it is not known or several have it."""
    codes = {area.code for area in areas_named(city) if area.is_city}
    return codes.pop() if len(codes) == 1 else ""


def shipment_of(waybill: Waybill) -> Shipment:
    """The facts of a waybill that its price depends on."""
    return Shipment(
        origin=area_code(waybill.origin_city),
        destination=area_code(waybill.destination_city),
        weight_g=waybill.weight_g or 0,
        volume_mm3=(waybill.volume_cm3 or 0) * 1000,
        pieces=waybill.pieces,
        insured_fen=_fen(getattr(waybill, "insured_amount", None)),
        cod_fen=_fen(waybill.cod_amount),
        extras={SIGN_BACK: 1} if waybill.return_document_required else {},
    )


def _fen(amount: Decimal | None) -> int:
    return int((amount or 0) * 100)


def inputs_of(shipment: Shipment) -> dict[str, Any]:
    """What of it is kept with the charge: the fields that say something."""
    empty = Shipment()
    return {
        name: value
        for name, value in shipment._asdict().items()
        if value and value != getattr(empty, name)
    }


def shipment_from(inputs: dict[str, Any]) -> Shipment:
    """The same shipment again, of what was kept."""
    return Shipment(**inputs)


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
