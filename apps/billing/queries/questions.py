"""Shipments as prices are asked for them (BIL-1): what a waybill says, and what only its order knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Window

from apps.billing.rules.shipments import shipment_of, taken_on
from apps.orders.models import WorkOrderWaybill
from apps.orders.queries.prices import service_of
from apps.pricing.queries.pricing import Asked
from apps.tracking.models import Waybill


@dataclass(frozen=True, slots=True)
class _FromOrder:
    number: str = ""
    vehicle: str = ""
    distance_m: int = 0
    part: int = 0
    parts: int = 1


_NONE = _FromOrder()


def questions_of(waybills: Sequence[Waybill]) -> list[Asked]:
    """One for each waybill, by its service and the day it was taken; ``key`` is the waybill. One query."""
    orders = _orders_of(waybills)
    return [_question(waybill, orders.get(waybill.pk, _NONE)) for waybill in waybills]


def _question(waybill: Waybill, order: _FromOrder) -> Asked:
    shipment = shipment_of(waybill)._replace(vehicle=order.vehicle, distance_m=order.distance_m)
    return Asked(
        waybill.customer_id,
        service_of(waybill.job_type, waybill.service_level),
        taken_on(waybill),
        shipment,
        key=waybill,
        order_number=order.number,
        part=order.part,
        parts=order.parts,
    )


def _orders_of(waybills: Sequence[Waybill]) -> dict[int, _FromOrder]:
    orders = WorkOrderWaybill.objects.filter(waybill__in=[one.pk for one in waybills])
    rows: Any = (
        WorkOrderWaybill.objects.filter(work_order__in=orders.values("work_order"))
        .annotate(of=Window(Count("pk"), partition_by=F("work_order")))
        .values_list(
            "waybill_id",
            "work_order__number",
            "work_order__vehicle_type",
            "work_order__distance_m",
            "piece",
            "of",
        )
    )
    return {
        pk: _FromOrder(number, vehicle, distance or 0, piece - 1, of)
        for pk, number, vehicle, distance, piece, of in rows
    }
